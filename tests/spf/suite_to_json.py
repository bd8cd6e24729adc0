"""Writes the openspf suite as JSON: a list of scenarios with flat zones and ordered tests.

A record is [name, type, value]. The suite has records of the withdrawn type SPF (RFC 7208
section 3.1); where a name has no TXT records, they stand for TXT, as the suite says in its
head. `TIMEOUT` stands for every type of which the name has no records: each becomes a record of
the type FAIL. Texts of TXT records are octets, written as the characters of the same numbers.
"""

import json
import sys

import yaml


TYPES = ("A", "AAAA", "MX", "PTR", "TXT")


def flat_zone(zone):
    """Returns [name, type, value] of every record, in the order of the file."""
    records = []
    for name, entries in zone.items():
        pairs = [pair for entry in entries if isinstance(entry, dict) for pair in entry.items()]
        types = [record_type for record_type, _ in pairs]
        for record_type, value in pairs:
            if record_type == "SPF":
                if "TXT" in types:
                    continue
                record_type = "TXT"
            elif value == "NONE":
                continue
            if record_type == "TXT":
                value = "".join(value).encode("utf-8").decode("latin-1")
            records.append([name, record_type, value])
        if "TIMEOUT" in entries:
            present = {record[1] for record in records if record[0] == name}
            records += [[name, "FAIL", kind] for kind in TYPES if kind not in present]
    return records


def flat_test(name, test):
    results = test["result"]
    return {
        "name": name,
        "helo": test["helo"],
        "host": test["host"],
        "mailfrom": test["mailfrom"],
        "results": results if isinstance(results, list) else [results],
        "explanation": test.get("explanation"),
        "receiver": test.get("receiver"),
    }


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        scenarios = list(yaml.safe_load_all(file))
    json.dump(
        [
            {
                "description": scenario["description"],
                "zone": flat_zone(scenario["zonedata"]),
                "tests": [flat_test(*item) for item in scenario["tests"].items()],
            }
            for scenario in scenarios
        ],
        sys.stdout,
        indent=1,
    )


main()
