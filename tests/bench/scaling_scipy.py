"""SciPy's side of the bench `scaling-fit`: approach 3 of Chinchilla as Hoffmann et al. and Besiroglu et al. fit it.

    python3 scaling_scipy.py FOLDER

FOLDER holds in workload.json {"n", "d", "loss": numbers, "delta", "parts"}. Speaks one JSON object a line. First it says
{"version"}, or {"unavailable": why}. Then it answers each line {"part"} with {"seconds", "starts", "objective"} of `minimize` by
L-BFGS-B from one part of the 4,500 starts of the paper, shuffled so that parts are alike: alpha, beta in
{0, .5, 1, 1.5, 2}, e in {-1, -.5, 0, .5, 1}, a, b in {0, 5, ..., 25}. The objective is the sum of Huber losses of ln L, its gradient exact and
vectorised.
"""

import itertools
import json
import os
import random
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
protocol = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # whatever a library prints goes to stderr


def say(**answer):
    protocol.write(json.dumps(answer) + "\n")


try:
    import numpy as np
    import scipy
    from scipy.optimize import minimize
except ImportError as error:
    say(unavailable=str(error))
    sys.exit(0)

with open(os.path.join(sys.argv[1], "workload.json")) as file:
    workload = json.load(file)
log_n, log_d, log_l = (np.log(workload[key]) for key in ("n", "d", "loss"))
delta, parts = workload["delta"], workload["parts"]


def objective(theta):
    a, b, e, alpha, beta = theta
    terms = np.stack([a - alpha * log_n, b - beta * log_d, np.full_like(log_n, e)])
    top = terms.max(axis=0)
    shares = np.exp(terms - top)
    total = shares.sum(axis=0)
    r = top + np.log(total) - log_l
    size = np.abs(r)
    value = np.where(size <= delta, 0.5 * r * r, delta * (size - 0.5 * delta)).sum()
    slope = np.clip(r, -delta, delta) * shares / total
    first, second, third = slope.sum(axis=1)
    return value, np.array([first, second, third, -(slope[0] * log_n).sum(), -(slope[1] * log_d).sum()])


exponents = (0, 0.5, 1, 1.5, 2)
grid = list(itertools.product(range(0, 30, 5), range(0, 30, 5), (-1, -0.5, 0, 0.5, 1), exponents, exponents))
assert len(grid) == 4500
random.Random(1).shuffle(grid)

say(version=scipy.__version__)
for line in sys.stdin:
    part = json.loads(line)["part"]
    started = time.perf_counter()
    best = min(minimize(objective, start, jac=True, method="L-BFGS-B").fun for start in grid[part::parts])
    say(seconds=time.perf_counter() - started, starts=len(grid[part::parts]), objective=best)
