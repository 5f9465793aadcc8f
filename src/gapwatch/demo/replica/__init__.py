"""The publishers, replayed on this machine: for a demonstration and for the tests, nothing else.

A loopback server speaks the contracts of Fingertips, Nomis, ONS, gov.uk and the Open Geography
Portal. Its figures are invented (World), and it can fail in every way that the publishers have
failed (FAULTS).
"""

from gapwatch.demo.replica.faults import FAULTS
from gapwatch.demo.replica.places import Ward
from gapwatch.demo.replica.server import Replica
from gapwatch.demo.replica.world import World

__all__ = ["FAULTS", "Replica", "Ward", "World"]
