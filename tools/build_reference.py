"""Build the reference snapshot of Havre from the shared copies of official statistics.

Run as ``.venv/bin/python tools/build_reference.py --shared PATH``. Building twice gives the same bytes.
"""

import argparse
import os
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.reference import (  # noqa: E402 - found only with the folder of the project on the path
    bamf,
    eurostat,
    iom_mmp,
    uk_home_office,
    unhcr_odp,
    unhcr_population,
    unhcr_syria,
)
from tools.reference.package import write_package  # noqa: E402

PROVIDERS = (bamf, eurostat, iom_mmp, uk_home_office, unhcr_odp, unhcr_population, unhcr_syria)


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = os.environ.get("HAVRE_SHARED_DATA", str(ROOT.parent / "shared" / "data"))
    parser.add_argument("--shared", type=Path, default=Path(shared), help="folder of the shared data sets")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "src" / "havre" / "panel" / "reference", help="folder to write to"
    )
    parser.add_argument("--created", type=date.fromisoformat, help="day of the package; default: its newest as_of")
    return parser.parse_args(arguments)


def main() -> None:
    arguments = parse_arguments()
    resources = [resource for provider in PROVIDERS for resource in provider.resources(arguments.shared)]
    package = write_package(arguments.out, resources, arguments.created)
    for resource in package["resources"]:
        period = resource["period"]
        size = f"{resource['bytes']:>9,} bytes {resource['rows']:>8,} rows"
        print(f"{size}  {period['first']} … {period['last']}  {resource['path']}")
    print(f"{sum(resource['bytes'] for resource in package['resources']):>9,} bytes in all")


if __name__ == "__main__":
    main()
