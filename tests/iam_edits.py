"""Cases without one feature: a disagreement that goes away with it is explained by it."""

import itertools
from dataclasses import replace

NOTHING = "arn:aws:none:::none"


def over_statements(one, edit):
    """The case with each statement edited; a statement that becomes None is left out."""

    def over(document):
        statements = [edit(made) for made in document["Statement"]]
        return document | {"Statement": [made for made in statements if made is not None]}

    return replace(
        one,
        identity=[over(document) for document in one.identity],
        boundary=one.boundary and over(one.boundary),
        session=[over(document) for document in one.session],
        control=[[over(document) for document in level] for level in one.control],
        policy=one.policy and over(one.policy),
    )


def over_conditions(one, edit):
    """The case with each (operator, key, values) edited; a condition of None is left out."""

    def over(made):
        conditions = {}
        for operator, keys in made.get("Condition", {}).items():
            for key, asked in keys.items():
                values = edit(operator, key, asked if isinstance(asked, list) else [asked])
                if values:
                    conditions.setdefault(operator, {})[key] = values
        return {name: element for name, element in made.items() if name != "Condition"} | (
            {"Condition": conditions} if conditions else {}
        )

    return over_statements(one, over)


def without_statements(one, unwanted):
    return over_statements(one, lambda made: None if unwanted(made) else made)


def without_variables(one):
    def plain(value):
        if isinstance(value, list):
            return [plain(item) for item in value]
        return NOTHING if "${" in str(value) else value

    def over(made):
        names = {"Resource", "NotResource"} & set(made)
        return made | {name: plain(made[name]) for name in names}

    return over_conditions(over_statements(one, over), lambda _o, _k, values: plain(values))


def without_old_variables(one):
    """Documents of version 2008 become such of 2012."""
    plain = without_variables(one)

    def pick(old, new):
        return new if old and old["Version"] == "2008-10-17" else old

    def each(old, new):
        return [pick(*both) for both in zip(old, new, strict=True)]

    return replace(
        one,
        identity=each(one.identity, plain.identity),
        boundary=pick(one.boundary, plain.boundary),
        session=each(one.session, plain.session),
        control=[each(*both) for both in zip(one.control, plain.control, strict=True)],
        policy=pick(one.policy, plain.policy),
    )


def without_not_principal(one):
    return without_statements(one, lambda made: "NotPrincipal" in made)


def without_not_principal_of_accounts(one):
    def partly(made):
        excluded = made.get("NotPrincipal")
        return isinstance(excluded, dict) and "AWS" in excluded

    return without_statements(one, partly)


def without_several_values(one):
    """A single-valued operator over a key that has several."""
    context = {key.lower(): value for key, value in one.context.items()}

    def kept(operator, key, values):
        several = isinstance(context.get(key.lower()), tuple)
        return None if several and ":" not in operator and operator != "Null" else values

    return over_conditions(one, kept)


def without_any_value_if_exists(one):
    """ForAnyValue asks for a value, IfExists for none."""

    def kept(operator, _key, values):
        both = operator.startswith("ForAnyValue:") and operator.endswith("IfExists")
        return None if both else values

    return over_conditions(one, kept)


def without_stars_over_colons(one):
    wide = {"*", "arn:aws:*:bucket"}

    def kept(operator, _key, values):
        return None if "Arn" in operator and wide & set(values) else values

    return over_conditions(one, kept)


def without_limits(one):
    return replace(one, boundary=None, session=[])


def without_session(one):
    return replace(one, session=[])


def with_the_session_named(one):
    return replace(one, asker="session") if one.asker == "role" else one


def without_providers(one):
    return replace(one, asker="service") if one.asker == "federated" else one


def without_anyone_of_aws(one):
    return without_statements(one, lambda made: {"AWS": "*"} in made.values())


def without_other_partitions(one):
    return without_statements(one, lambda made: "arn:aws-cn" in str(made.get("Principal")))


def without_seconds(one):
    """No date in seconds since 1970, neither asked for nor carried."""

    def plain(value):
        if isinstance(value, tuple):
            return tuple(map(plain, value))
        return "2026-01-01T00:00:00Z" if value == "1767225600" else value

    asked = over_conditions(one, lambda _o, _k, values: [plain(value) for value in values])
    context = {key: plain(value) for key, value in one.context.items()}
    return replace(asked, context=context)


def without_mixed_addresses(one):
    """No address of version 6 is asked about networks of version 4."""

    def plain(value):
        if isinstance(value, tuple):
            return tuple(map(plain, value))
        return "8.8.8.8" if value == "2001:db8::1" else value

    return replace(one, context={key: plain(value) for key, value in one.context.items()})


def attempts(one, explained):
    """The case without each feature alone, then without the first, the first two and so on."""
    together = list(itertools.accumulate(explained, lambda it, row: row[0](it), initial=one))
    return [row[0](one) for row in explained] + together[1:]


def explanation(one, explained, agree):
    """The first row whose edit alone makes the two agree, else the last of the first few."""
    for row, edited in zip([*explained, *explained], attempts(one, explained), strict=True):
        if agree(edited):
            return row
    return None
