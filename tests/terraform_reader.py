"""Reads back the Terraform that `preflight permissions` writes, with the defaults filled in."""

import re

import hcl2

_ESCAPE = re.compile(r'\\(["\\])|\$\$\{|%%\{|\$\{([^}]+)\}')


class Terraform:
    """A parsed text. Variables have their defaults, or what `given` says."""

    def __init__(self, text, **given):
        self.parsed = hcl2.loads(text)
        self.variables = {}
        for name, body in self._labelled("variable"):
            assert self.value(body["description"])
            if "default" in body:
                self.variables[name] = self.value(body["default"])
            if name in given:
                self.variables[name] = given[name]
        self.arns = {}

    def _labelled(self, kind):
        for block in self.parsed.get(kind, []):
            for label, body in block.items():
                yield label.strip('"'), body

    def blocks(self, kind, of_type):
        """Name -> body of the `resource` or `data` blocks of a type."""
        return {
            name.strip('"'): body
            for type_, bodies in self._labelled(kind)
            if type_ == of_type
            for name, body in bodies.items()
        }

    def resources(self, of_type):
        """Name -> attributes, evaluated."""
        return {
            name: {key: self.value(value) for key, value in body.items() if key != "__is_block__"}
            for name, body in self.blocks("resource", of_type).items()
        }

    def value(self, raw):
        if isinstance(raw, list):
            return [self.value(entry) for entry in raw]
        if raw.startswith('"'):
            return _ESCAPE.sub(self._unescaped, raw[1:-1])
        return self.expression(raw.removeprefix("${").removesuffix("}"))

    def _unescaped(self, found):
        if found[1]:
            return found[1]
        return self.expression(found[2]) if found[2] else found[0][1:]

    def expression(self, text):
        kind, _, name = text.partition(".")
        if kind == "var":
            return self.variables.get(name, f"<{name}>")
        if kind == "data":
            return self.document(name.split(".")[1])
        return self.arns.get(text, text)

    def document(self, name):
        """A `data "aws_iam_policy_document"` as the policy document that AWS gets."""
        body = self.blocks("data", "aws_iam_policy_document")[name]
        return {
            "Version": "2012-10-17",
            "Statement": [self._statement(one) for one in body["statement"]],
        }

    def _statement(self, body):
        made = {"Sid": self.value(body["sid"]), "Effect": self.value(body["effect"])}
        actions = self.value(body["actions"])
        for principals in body.get("principals", []):
            (who,) = self.value(principals["identifiers"])
            made["Principal"] = {self.value(principals["type"]): who}
            # As AWS writes a single one.
            actions = actions[0] if len(actions) == 1 else actions
        made["Action"] = actions
        if "resources" in body:
            made["Resource"] = self.value(body["resources"])
        for condition in body.get("condition", []):
            (value,) = self.value(condition["values"])
            test = made.setdefault("Condition", {}).setdefault(self.value(condition["test"]), {})
            test[self.value(condition["variable"])] = value
        return made
