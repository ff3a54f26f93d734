"""Deposits: recorded runs in, a folder that is ready for Dataverse out.

The folder holds plain CSV tables, a data card by which vinarch reads them back, a description in
Croissant, a README and checksums.
"""

from vinarch.depositing.making import deposit

__all__ = ["deposit"]
