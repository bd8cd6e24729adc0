"""Answers SPF queries with pyspf, over zones instead of DNS.

usage: pyspf_oracle.py DIRECTORY_OF_PYSPF [ROUNDS] < cases > answers

With ROUNDS each case is checked so many times, and what is printed is how many microseconds one
check took, on the average.

A line of the input is a JSON object with `zone` (a list of [name, type, value]), `client`,
`helo`, `mail_from` and `receiver`; one of the output has `result` and `explanation` (for an
error, pyspf's message).
Texts of TXT records are octets, written as the characters of the same numbers.
"""

import json
import socket
import sys
import time
import types

CNAMES_MAX = 10


def import_pyspf(directory):
    """Imports pyspf over an empty stand-in for dnspython: it must ask our zones only."""
    stand_in = types.ModuleType("dns")
    stand_in.rdatatype = types.SimpleNamespace(SPF=99)
    for name in ("resolver", "exception"):
        module = types.ModuleType("dns." + name)
        setattr(stand_in, name, module)
        sys.modules["dns." + name] = module
    sys.modules["dns"] = stand_in
    sys.path.insert(0, directory)
    import spf

    return spf


def wire_value(record_type, value):
    """Returns the value as pyspf wants it from its DNS library."""
    if record_type == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if record_type == "MX":
        return tuple(value)
    if record_type == "TXT":
        return (value.encode("latin-1"),)
    return value


class Zone:
    """The same answers as those of the Rust type `Zone`, wildcards aside."""

    def __init__(self, spf, records):
        self.spf = spf
        self.nodes = {}
        for name, record_type, value in records:
            node = self.nodes.setdefault(name.lower(), {})
            node.setdefault(record_type, []).append(value)

    def lookup(self, name, record_type, strict=True, timeout=None):
        wanted = name.lower()
        for _ in range(CNAMES_MAX + 1):
            node = self.nodes.get(wanted, {})
            if record_type in node.get("FAIL", []):
                raise self.spf.TempError("no answer for " + name.lower())
            if "CNAME" not in node:
                values = node.get(record_type, [])
                return [((name, record_type), wire_value(record_type, value)) for value in values]
            wanted = node["CNAME"][-1].lower()
        raise self.spf.TempError("no answer for " + name.lower())


def answer(spf, case):
    zone = Zone(spf, case["zone"])
    spf.DNSLookup = zone.lookup
    query = spf.query(
        i=case["client"], s=case["mail_from"], h=case["helo"], receiver=case["receiver"]
    )
    query.t = "0"
    query.set_default_explanation("DEFAULT")
    try:
        result, _, explanation = query.check()
    except Exception as error:  # What pyspf does not foresee is an answer too.
        return {"result": "crash", "explanation": repr(error)}
    return {"result": result, "explanation": explanation}


def main():
    spf = import_pyspf(sys.argv[1])
    if len(sys.argv) > 2:
        rounds = int(sys.argv[2])
        cases = [json.loads(line) for line in sys.stdin]
        start = time.perf_counter()
        for _ in range(rounds):
            for case in cases:
                answer(spf, case)
        spent = time.perf_counter() - start
        print(spent / rounds / len(cases) * 1e6)
        return
    for line in sys.stdin:
        json.dump(answer(spf, json.loads(line)), sys.stdout)
        sys.stdout.write("\n")


main()
