"""Makes snapshots of any size that are realistic in kind, with faults planted and a truth that says which.

    python -m benchmarks.generator 10000 -o ten-thousand.gkesnap     # and ten-thousand.truth.json beside it

The same size, seed and share give the same bytes. An application is declared (`applications`), a fault may change it
(`faults`), and then each component of the cluster writes its part (`written`), so that consequences come of themselves:
a Pod that is not ready leaves its EndpointSlice, its network endpoint group and its Deployment's status.
"""

from benchmarks.generator.options import GeneratorOptions
from benchmarks.generator.snapshot import generate
from benchmarks.generator.truth import Planted, Score, score

__all__ = ["GeneratorOptions", "Planted", "Score", "generate", "score"]
