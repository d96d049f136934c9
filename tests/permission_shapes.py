"""What the program promises, and what `preflight permissions` shows of one identity."""

import json

from infra_world import all_four

from preflight.holders import short

OWN = "<BEDROCK_GATEWAY_OWN_PRINCIPAL_ARN>"


def outputs():
    return json.loads(json.dumps(all_four()[1]))


def of(shape, provider, identity):
    (found,) = [
        one
        for one in shape["identities"]
        if (one["provider"], one["identity"]) == (provider, short(identity))
    ]
    return found
