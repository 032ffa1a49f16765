"""Build the website:  python -m website [--only 00 03] [--out build/site] [--most N] [--record]"""

import argparse
from pathlib import Path
from time import perf_counter

from benchmarks.machine import describe_machine, save_result
from website.build import OUT, build, told
from website.panels import MOST

if __name__ == "__main__":  # joblib imports this module again
    parser = argparse.ArgumentParser(
        prog="python -m website", description="The pages as a website, in a folder."
    )
    parser.add_argument(
        "--only", nargs="*", default=[], help="pages whose name starts so; all where none is named"
    )
    parser.add_argument("--out", default=OUT, help="the folder; a site in it is replaced")
    parser.add_argument("--most", type=int, default=MOST, help="positions of a panel, about")
    parser.add_argument(
        "--record", action="store_true", help="keep sizes and times in benchmarks/results/site.txt"
    )
    options = parser.parse_args()
    panels = Path(options.out).parent / "panels"
    before = set(panels.glob("*"))
    start = perf_counter()
    try:
        sizes = told(build(options.out, only=options.only, most=options.most))
    except ValueError as error:
        parser.error(str(error))
    new = len(set(panels.glob("*")) - before)
    built = f"built in {perf_counter() - start:.0f} s, with {new} panels painted anew"
    print(sizes, built, sep="\n")
    if options.record:
        from benchmarks.website import from_key_to_picture  # needs a browser

        save_result("site", [describe_machine(), "", sizes, built, from_key_to_picture(Path(options.out))])
