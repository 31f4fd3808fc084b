"""Warnings that Tryton has for a person."""

import pytest

from erplink.adapters.erp.tryton.warnings import Warned
from erplink.errors import Refused


class Server:
    """Warns of each thing until somebody has agreed to it."""

    def __init__(self, *names):
        self.names, self.agreed = names, []

    def act(self, method, name):
        assert "model.res.user.warning.skip" == method
        self.agreed.append(name)

    def work(self):
        for name in self.names:
            if name not in self.agreed:
                raise Refused("Tryton warns: sure?", code=f"warning:{name}")
        return "done"


def test_a_warning_refuses_what_it_is_about():
    """Nobody has agreed to it, so it is not passed over."""
    server = Server("sale.7")

    with pytest.raises(Refused, match="sure"):
        Warned(server, ()).heeded(server.work)

    assert [] == server.agreed


def test_accepted_warnings_are_passed_over():
    """Each of them once, by its name or by a pattern of names."""
    server = Server("sale.7", "party.3")

    assert "done" == Warned(server, ("sale.*", "party.3")).heeded(server.work)
    assert ["sale.7", "party.3"] == server.agreed


def test_another_refusal_is_no_warning():
    """It is told as it is, whatever is accepted."""

    def refuse():
        raise Refused("no", code="user-error")

    with pytest.raises(Refused, match="no"):
        Warned(Server(), ("*",)).heeded(refuse)


def test_a_warning_that_comes_back_for_ever_is_told():
    """There is an end to agreeing."""

    def warn():
        raise Refused("again", code="warning:x")

    with pytest.raises(Refused, match="again"):
        Warned(Server(), ("x",)).heeded(warn)
