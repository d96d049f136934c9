"""The two sides of a decision: what is written about the asker, and what about the resource."""

from dataclasses import dataclass

from preflight.iam.shape import Document

Levels = tuple[tuple[Document, ...], ...]
"""An organization's policies: for the root, each unit below it and the account, those attached."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is written about the asker itself.

    Its policies, its permissions boundary, the policies of its session, and the service control
    policies of its account; () where the account is in no organization or leads it. What is there
    and cannot be seen is an `Unreadable`.
    """

    identity: tuple[Document, ...] = ()
    boundary: Document | None = None
    session: tuple[Document, ...] = ()
    control: Levels = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """What is written about the resource.

    `policy` is its own (None: it has none), `owner` the account it belongs to ("": not known),
    `sovereign` whether the owner's identities need a word of that policy too, as with keys and
    roles, and `control` the resource control policies of the owner's account.
    """

    name: str
    policy: Document | None
    owner: str
    sovereign: bool = False
    control: Levels = ()

    @classmethod
    def bucket(cls, policy: Document | None, owner: str, control: Levels = ()) -> "Resource":
        """A bucket or an object in it, by the bucket's policy."""
        return cls("bucket policy", policy, owner, control=control)

    @classmethod
    def key(cls, policy: Document, owner: str, control: Levels = ()) -> "Resource":
        """A KMS key: identity policies count only where the key policy lets the account in."""
        return cls("key policy", policy, owner, sovereign=True, control=control)

    @classmethod
    def role(cls, trust: Document, owner: str, control: Levels = ()) -> "Resource":
        """A role to be assumed, by its trust policy."""
        return cls("trust policy", trust, owner, sovereign=True, control=control)

    @classmethod
    def plain(cls, owner: str) -> "Resource":
        """Anything that has no policy of its own: a model, a job, a role that is passed."""
        return cls("resource policy", None, owner)
