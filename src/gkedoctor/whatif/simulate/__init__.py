"""What controllers, the scheduler and the kubelet do next, by rules that are all stated here."""

from gkedoctor.whatif.simulate.registry import RULES, Rule
from gkedoctor.whatif.simulate.settling import Settled, all_rules, settle, settled

__all__ = ["RULES", "Rule", "Settled", "all_rules", "settle", "settled"]
