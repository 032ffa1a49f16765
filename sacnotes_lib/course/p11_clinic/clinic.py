"""The clinic of notebook 11: patients under examination, one at a time to be diagnosed, mended and compared."""

import html
import re
from functools import cached_property

import torch

from sacnotes_lib.course.p11_clinic.patients import PATIENTS
from sacnotes_lib.course.p11_clinic.scene import HEALTHY, curve_of
from sacnotes_lib.course.p11_clinic.ward_round import plot_ward_round
from sacnotes_lib.plots.picture import Picture
from sacnotes_lib.plots.vital_signs import Chart, Examination
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import TrainingRun, train
from sacnotes_lib.training.tables import ResultTable, table

SHORT = {"total_steps": 60, "learning_starts": 20, "batch_size": 16, "initial_temperature": 0.5}
ROUNDING = 1e-3  # a mended line may add up its numbers in another order


class Clinic:
    """Patients and the healthy agent, all trained with one configuration.

    Args:
        config: the world and the settings of everybody here.
        seeds: as in `train`, for each of them.
    """

    def __init__(self, config: SACConfig, seeds=6):
        self.config, self.seeds = config, seeds
        self.runs: dict[str, TrainingRun] = {}
        self.charts: dict[str, Chart] = {}

    def admit(self, *names: str) -> None:
        """Train those who are not here yet, under examination: their `runs` and `charts`, in the order of admission."""
        if unknown := [name for name in names if name not in (HEALTHY, *PATIENTS)]:
            raise ValueError(f"there is no patient {unknown[0]!r}. There are: {', '.join(PATIENTS)}")
        for name in names:
            if name not in self.charts:
                look = Examination()
                begin = train if name == HEALTHY else PATIENTS[name].train
                run = begin(self.config, seeds=self.seeds, progress=False, callback=look)
                self.runs[name], self.charts[name] = run, look.chart(run)

    def treat(self, name: str, line=..., sign=..., mend=...) -> "Consultation":
        """One patient, admitted where that is still to do: its code, and what is right in the diagnosis so far.

        Args:
            line: the number of the wrong line.
            sign: one of SIGNS that says so; a hyphen does for a minus.
            mend: the whole line as it should be.
        """
        if name == HEALTHY:
            raise ValueError(f"the healthy agent needs no treatment. There are: {', '.join(PATIENTS)}")
        self.admit(HEALTHY, name)
        said, picture = self._judged(name, line, sign, mend)
        return Consultation(PATIENTS[name].source, said, picture)

    def moved(self, name: str, sign: str) -> list[int]:
        """The steps at which a patient's band of a sign and the healthy band lie apart."""
        ill, well = (curve_of(self.charts[who], sign) for who in (name, HEALTHY))
        return ill.steps[(ill.high < well.low) | (ill.low > well.high)].tolist()

    def difference(self, patient) -> float:
        """How far all weights and all memory are from the healthy agent's, after a few steps from the same seed."""
        ill = patient.train(self.config.replace(**SHORT), seeds=1, progress=False)
        return (ill.numbers() - self._healthy).abs().max().item()

    @cached_property
    def _healthy(self) -> torch.Tensor:
        return train(self.config.replace(**SHORT), seeds=1, progress=False).numbers()

    def _judged(self, name: str, line, sign, mend) -> tuple[list[str], Picture | None]:
        patient = PATIENTS[name]
        said = [_about_line(patient, line), self._about_sign(name, sign)]
        if not all(one.startswith("✓") for one in said):
            return [f"Patient {name}", *said], None
        said.append(self._about_mend(patient, mend))
        if not said[-1].startswith("✓"):
            return [f"Patient {name}", *said], None
        shown = dict.fromkeys(("return", patient.sign, "temperature", "critic loss"), self.charts[name])
        picture = plot_ward_round({**shown, HEALTHY: self.charts[HEALTHY]}, {one: one for one in shown})
        title = f"Patient {name}: {patient.diagnosis}. In public: {patient.seen}"
        return [
            title,
            *said,
            "Red: its run before. Grey: the healthy run, which is now its own too.",
        ], picture

    def _about_sign(self, name: str, sign) -> str:
        patient = PATIENTS[name]
        if sign is ...:
            return "○ sign: which one says so?"
        sign = str(sign).replace("-", "−")
        if sign not in (known := self.charts[name].signs):
            return f'✗ sign: there is no "{sign}". Choose from: {", ".join(known)}.'
        steps, ends = self.moved(name, sign), self.charts[name].beside(self.charts[HEALTHY], sign)
        where = {-1: "it ends below the healthy band", 1: "it ends above the healthy band"}.get(
            ends, f"apart from the healthy band at step {steps[0]}, not at the end" if steps else ""
        )
        if sign in (patient.sign, *patient.also):
            return f"✓ sign: {sign}" + (f", {where}." if where else ", though these seeds hardly show it.")
        if not steps:
            return f"✗ sign: {sign} does not part from the healthy band."
        return f"✗ sign: {sign} shows that something is wrong ({where}), but not where."

    def _about_mend(self, patient, mend) -> str:
        if mend is ...:
            return f"○ mend: how should line {patient.ill_line} read? Give the whole line."
        try:
            left = self.difference(patient.mended(str(mend)))
        except Exception as error:
            return f"✗ mend: it does not run. {type(error).__name__}: {error}"
        before = self.difference(patient)
        far = f"the largest difference from the healthy agent was {before:.0e} and is {left:.0e}"
        if left < ROUNDING:
            return f"✓ mend: after {SHORT['total_steps']} steps, over all weights and all memory, {far}."
        return f"✗ mend: it runs, but {far}."


class Consultation:
    """A patient's numbered lines, what is right so far, and where all is right the picture: shown by Jupyter."""

    def __init__(self, source: str, said: list[str], picture: Picture | None):
        numbered = [f"{number:3d}  {line}" for number, line in enumerate(source.splitlines(), 1)]
        self.lines, self.said, self.picture = numbered, said, picture

    def __repr__(self) -> str:
        shown = [self.picture.description] if self.picture else []
        return "\n".join([*self.said[:1], *self.lines, *self.said[1:], *shown])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        first, *rest = (
            re.sub(r"https://\S+", r'<a href="\g<0>">\g<0></a>', html.escape(one)) for one in self.said
        )
        code = html.escape("\n".join(self.lines))
        shown = self.picture._repr_mimebundle_()[0]["text/html"] if self.picture else ""
        body = (
            f'<p><b>{first}</b></p><pre style="overflow-x:auto;white-space:pre;line-height:1.4">{code}</pre>'
        )
        return {"text/plain": repr(self), "text/html": f"{body}<p>{'<br>'.join(rest)}</p>{shown}"}


def _about_line(patient, line) -> str:
    if line is ...:
        return "○ line: which one is wrong?"
    return f"✓ line: {line}." if line == patient.ill_line else f"✗ line: not {line}."


def marks(charts: dict[str, Chart]) -> dict[str, list[int]]:
    """Sign to -1, 0 or 1 for each patient: its last band below the healthy one, overlapping it, or above."""
    patients = [name for name in charts if name != HEALTHY]
    return {
        sign: [charts[name].beside(charts[HEALTHY], sign) for name in patients]
        for sign in charts[HEALTHY].signs
    }


def mark_table(charts: dict[str, Chart]) -> ResultTable:
    """`marks` with a column for each patient; +, - or a dot where the bands overlap."""
    names = [name for name in charts if name != HEALTHY]
    return table(
        {sign: dict(zip(names, map(".+-".__getitem__, ways))) for sign, ways in marks(charts).items()}
    )
