"""Record a search while it runs: any training loop in, a folder that opens as a commons out.

Any framework, any number of processes; what `log` returned from is kept, whatever is killed.
Genomes, numbers and the prediction engine; no Dask, no table and no framework is known here.
"""

from vinarch.recording.network import Network
from vinarch.recording.recorder import Recorder
from vinarch.recording.results import NetworkResults, RecordedNetwork, read_networks

__all__ = ["Network", "NetworkResults", "RecordedNetwork", "Recorder", "read_networks"]
