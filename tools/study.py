"""JupyterLab for `make study`: started like ``jupyter lab``, with its options, and never without a token.

Whoever told servers of their own to ask for nothing did not mean this one: without a token or a password every program
and every other user of the machine could run code in it.
"""

import secrets
import sys

from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyterlab.labapp import main
from traitlets import validate


class WithToken(PasswordIdentityProvider):
    """The usual way to log in, except that an empty token is replaced by one that the printed address shows.

    An option for the command line could not do this: the reader's settings may be about this class or its parent, and a
    token that is given is neither printed nor hidden from the machine's list of processes.
    """

    @validate("token")
    def _replaced_if_empty(self, proposal):
        if proposal.value:
            return proposal.value
        self.token_generated = True  # so it is printed
        return secrets.token_hex(24)


if __name__ == "__main__":
    sys.argv.append(f"--ServerApp.identity_provider_class={__name__}.{WithToken.__name__}")
    sys.exit(main())
