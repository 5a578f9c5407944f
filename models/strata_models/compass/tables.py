"""Writes the entropy coder's frequency tables: python -m strata_models compass tables [--out FILE]

The committed file is the truth: a libm whose erf differs in the last bit must not change a stored stream. Write it again
only together with a new version of the file format. This command needs no torch.
"""
import argparse
from pathlib import Path

from .entropy_tables import typescript


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("../src/entropy/tables-data.ts"), help="default: %(default)s")


def main(options: argparse.Namespace) -> None:
    options.out.write_text(typescript(), encoding="ascii")
