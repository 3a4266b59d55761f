"""`python -m api.cli` is `dengar`."""

from api.cli import main

main()
