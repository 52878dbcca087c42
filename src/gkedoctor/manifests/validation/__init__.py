"""What the API server refuses of objects that have the right types: one function a rule, one table of them.

Only what every version of Kubernetes refuses, and what no word for a cause says: in a cluster it cannot be. Sources are
the functions of Kubernetes 1.33 in pkg/apis/*/validation that each rule names.
"""
