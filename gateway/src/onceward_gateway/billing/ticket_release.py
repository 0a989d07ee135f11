"""The release of tickets: what a call holds while it runs is given back exactly once, whatever becomes of the call."""

from __future__ import annotations

from .exhausted_providers import ExhaustedProviders
from .leases import LeaseKeeper
from .ticket import Ticket

__all__ = ["TicketRelease"]


class TicketRelease:
    """Releases the reservation, the rate-limit permit and the lease of a call."""

    def __init__(self, leases: LeaseKeeper, exhausted: ExhaustedProviders) -> None:
        self._leases = leases
        self._exhausted = exhausted

    def release(self, ticket: Ticket, *, made: bool) -> None:
        """Release what a ticket still holds; `made` if the call began, so that it counts against its rate limits."""
        if ticket.ended:
            return
        ticket.settled = ticket.ended = True
        # Each step runs even if another one fails.
        try:
            if ticket.billed is None and ticket.reservation is not None:
                self._leases.give_back(ticket.reservation)
        finally:
            try:
                if ticket.permit is not None and made:
                    ticket.permit.settle(0 if ticket.billed is None else ticket.billed.tokens)
                elif ticket.permit is not None:
                    ticket.permit.withdraw()
            finally:
                try:
                    self._leases.forget(ticket)
                finally:
                    self._exhausted.forget(ticket.call_id)
