"""Build the website:  python -m website [--only 00 03] [--out build/site] [--most 400]"""

import argparse

from website.build import OUT, build, told
from website.panels import MOST

parser = argparse.ArgumentParser(prog="python -m website", description="The pages as a website, in a folder.")
parser.add_argument(
    "--only", nargs="*", default=[], help="pages whose name starts so; all where none is named"
)
parser.add_argument("--out", default=OUT, help="the folder, which is emptied first")
parser.add_argument("--most", type=int, default=MOST, help="positions of a panel, about")
options = parser.parse_args()
print(told(build(options.out, only=options.only, most=options.most)))
