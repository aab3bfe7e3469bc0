#!/usr/bin/python3
"""Do our .proto files still speak the contract?

  check_wire.py [--proto-dir DIR] [--facts FILE] [--protoc PROTOC] [--self-test]

Compiles DIR/v1/**/*.proto with protoc and looks up every fact of wire.tsv in the result. What
we add to the contract is no error; what we lose or change is. --self-test proves that this
check can fail, by spoiling facts one at a time.

Exit status: 0 all there and alike, 1 something is missing or differs, 2 it could not be tried.
Needs protoc and Debian's python3-protobuf, hence /usr/bin/python3.
"""
import argparse
import csv
import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

HERE = pathlib.Path(__file__).resolve().parent
FACTS_IN_CONTRACT = 421  # A table cut short must not pass for a contract kept.
KEY = ("kind", "package", "parent", "name")
COMPARED = {
    "method": ("request", "response", "client_streaming", "server_streaming"),
    "field": ("number", "type", "label", "oneof", "optional", "json_name"),
    "enum": ("number",),
}


class CannotTry(Exception):
    """The comparison could not be made at all."""


def compile_protos(proto_dir, protoc):
    """The FileDescriptorSet of everything under proto_dir/v1, imports included."""
    protos = sorted(str(p.relative_to(proto_dir)) for p in proto_dir.glob("v1/**/*.proto"))
    if not protos:
        raise CannotTry(f"no .proto file under {proto_dir / 'v1'}")
    with tempfile.TemporaryDirectory() as scratch:
        out = pathlib.Path(scratch, "wire.fds")
        command = [protoc, f"-I{proto_dir}", "--include_imports", f"--descriptor_set_out={out}"]
        run = subprocess.run(command + protos, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            raise CannotTry(f"protoc failed:\n{run.stderr}")
        return descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())


def spelled_type(field, map_entries):
    """A field's type as wire.tsv spells it: int32, v1.std.Status, map<string,string>."""
    if not field.type_name:
        return descriptor_pb2.FieldDescriptorProto.Type.Name(field.type)[len("TYPE_"):].lower()
    name = field.type_name.lstrip(".")
    entry = map_entries.get(name)
    if entry is None:
        return name
    key, value = (spelled_type(f, map_entries) for f in sorted(entry.field, key=lambda f: f.number))
    return f"map<{key},{value}>"


def facts_of_message(package, scope, message):
    parent = scope + message.name
    map_entries = {f"{package}.{parent}.{n.name}": n for n in message.nested_type
                   if n.options.map_entry}
    for field in message.field:
        # protoc wraps a proto3 `optional` in a oneof of its own making; that is no real one.
        in_oneof = field.HasField("oneof_index") and not field.proto3_optional
        yield ("field", package, parent, field.name), {
            "number": str(field.number),
            "type": spelled_type(field, map_entries),
            "label": "repeated" if field.label == field.LABEL_REPEATED else "singular",
            "oneof": message.oneof_decl[field.oneof_index].name if in_oneof else "",
            "optional": str(int(field.proto3_optional)),
            "json_name": field.json_name,
        }
    for enum in message.enum_type:
        yield from facts_of_enum(package, parent + ".", enum)
    for nested in message.nested_type:
        if not nested.options.map_entry:
            yield from facts_of_message(package, parent + ".", nested)


def facts_of_enum(package, scope, enum):
    for value in enum.value:
        yield ("enum", package, scope + enum.name, value.name), {"number": str(value.number)}


def facts_of_service(package, service):
    for method in service.method:
        yield ("method", package, service.name, method.name), {
            "request": method.input_type.lstrip("."),
            "response": method.output_type.lstrip("."),
            "client_streaming": str(int(method.client_streaming)),
            "server_streaming": str(int(method.server_streaming)),
        }


def facts_of_set(descriptor_set):
    facts = {}
    for file in descriptor_set.file:
        for message in file.message_type:
            facts.update(facts_of_message(file.package, "", message))
        for enum in file.enum_type:
            facts.update(facts_of_enum(file.package, "", enum))
        for service in file.service:
            facts.update(facts_of_service(file.package, service))
    return facts


def read_facts(path):
    facts = {}
    with open(path, newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            key = tuple(row[column] for column in KEY)
            if key in facts:
                raise CannotTry(f"{path}: told twice: {' '.join(key)}")
            facts[key] = {column: row[column] for column in COMPARED[row["kind"]]}
    return facts


def compare(wanted, have):
    """Returns (lines to print, missing, differing)."""
    lines, missing, differing = [], 0, 0
    if len(wanted) < FACTS_IN_CONTRACT:
        missing += FACTS_IN_CONTRACT - len(wanted)
        lines.append(f"MISSING {missing} of the {FACTS_IN_CONTRACT} facts are not in the table")
    for key, want in wanted.items():
        kind, package, parent, name = key
        title = f"{kind} {package}.{parent}.{name}"
        found = have.get(key)
        if found is None:
            missing += 1
            lines.append(f"MISSING {title}")
            continue
        wrong = [f"{column} is {found[column]!r}, not {want[column]!r}"
                 for column in want if found[column] != want[column]]
        if wrong:
            differing += 1
            lines.append(f"DIFFERS {title}: {'; '.join(wrong)}")
    return lines, missing, differing


def self_test(wanted, have):
    """Spoils one fact at a time; each must be reported as exactly one miss or difference."""
    trials = [("the facts as they are", wanted, have, (0, 0))]
    for kind, columns in COMPARED.items():
        key = next(k for k in wanted if k[0] == kind)
        for column in columns:
            spoilt = {**wanted[key], column: wanted[key][column] + "7"}
            trials.append((f"{kind}: another {column}", {**wanted, key: spoilt}, have, (0, 1)))
        rest_of_have = {k: v for k, v in have.items() if k != key}
        trials.append((f"{kind}: gone from the protos", wanted, rest_of_have, (1, 0)))
        renamed = {(*k[:3], k[3] + "_x") if k == key else k: v for k, v in wanted.items()}
        trials.append((f"{kind}: another name", renamed, have, (1, 0)))
        rest_of_wanted = {k: v for k, v in wanted.items() if k != key}
        trials.append((f"{kind}: gone from the table", rest_of_wanted, have, (1, 0)))
    failed = 0
    for title, want, got, expected in trials:
        result = compare(want, got)[1:]
        if result != expected:
            failed += 1
            print(f"FAILED  {title}: (missing, differing) is {result}, not {expected}")
    print(f"wire self-test: {len(trials)} trials, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description="Compare our protos with the contract's facts.")
    parser.add_argument("--proto-dir", type=pathlib.Path, default=HERE.parent.parent / "proto")
    parser.add_argument("--facts", type=pathlib.Path, default=HERE / "wire.tsv")
    parser.add_argument("--protoc", default="protoc")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    try:
        wanted = read_facts(options.facts)
        have = facts_of_set(compile_protos(options.proto_dir, options.protoc))
    except (CannotTry, OSError, KeyError) as problem:
        print(f"wire: cannot try: {problem!r}" if isinstance(problem, KeyError)
              else f"wire: cannot try: {problem}", file=sys.stderr)
        return 2
    if options.self_test:
        return self_test(wanted, have)
    lines, missing, differing = compare(wanted, have)
    lines.append(f"wire: {len(wanted)} checked, {missing} missing, {differing} differ")
    print("\n".join(lines))
    return 1 if missing or differing else 0


if __name__ == "__main__":
    sys.exit(main())
