"""JupyterLab for `make study`: started like ``jupyter lab``, with its options, and never open to all.

Whoever told servers of their own to ask for nothing did not mean this one: without a token or a password every program
and every other user of the machine could run code in it.
"""

import secrets
import sys

from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyterlab.labapp import main
from traitlets import default, validate


class WithToken(PasswordIdentityProvider):
    """The usual way to log in, by token or password; where there is neither, by a token that the printed address shows.

    An option for the command line could not do this: the reader's settings may be about this class or its parent, and a
    token that is given is neither printed nor hidden from the machine's list of processes.
    """

    @default("token")
    def _token_default(self):  # the name in the parent, which reads the environment
        return self._never_open(super()._token_default())

    @validate("token")
    def _token_given(self, proposal):
        return self._never_open(proposal.value)

    def _never_open(self, token):
        if token or self.hashed_password:
            return token
        self.token_generated = True  # so it is printed
        return secrets.token_hex(24)


if __name__ == "__main__":
    sys.argv.insert(1, f"--ServerApp.identity_provider_class={__name__}.{WithToken.__name__}")
    sys.exit(main())
