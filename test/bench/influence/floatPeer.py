"""DataInf in float32 by numpy or torch on the benchmark's own index: floatPeer.py FOLDER numpy|torch REPEATS CORES.

The same three passes over the rows as the integer engine, per block: v.g_i, the weighted sum of rows, and the dot
product with what is left. Prints one line of JSON.
"""
import json, os, resource, struct, sys, time

folder, library, repeats, cores = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
if cores == 1:
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = "1"

import numpy as np

with open(os.path.join(folder, "index"), "rb") as file:
    head = file.read(176)
    n, _, blocks = struct.unpack_from("<III", head, 8)
    layers = np.frombuffer(file.read(32 * blocks), np.uint8).reshape(blocks, 32)
dims = [int(struct.unpack("<I", bytes(layer[:4]))[0]) for layer in layers]
padded = [(d + 15) // 16 * 16 for d in dims]
starts = np.concatenate([[0], np.cumsum(padded)])
exponents_at = 176 + 32 * blocks + 40 * n
codes_at = (exponents_at + 2 * n * blocks + 256 * n + 63) // 64 * 64
exponents = np.memmap(os.path.join(folder, "index"), np.int16, "r", exponents_at, (n, blocks))
codes = np.memmap(os.path.join(folder, "index"), np.int8, "r", codes_at, (n, int(starts[-1])))
rows = []
for l, d in enumerate(dims):
    block = codes[:, starts[l] : starts[l] + d].astype(np.float32)
    block *= np.exp2(-exponents[:, l].astype(np.float32))[:, None]
    rows.append(block)
with open(os.path.join(folder, "queries"), "rb") as file:
    bytes_ = file.read()
count = struct.unpack_from("<I", bytes_, 8)[0]
query_exponents = np.frombuffer(bytes_, np.int16, count * blocks, 96 + 32 * count).reshape(count, blocks)
query_codes_at = (96 + 32 * count + 2 * count * blocks + 63) // 64 * 64
query_codes = np.frombuffer(bytes_, np.int8, count * int(starts[-1]), query_codes_at).reshape(count, -1)
queries = [
    (query_codes[:, starts[l] : starts[l] + d] * np.exp2(-query_exponents[:, l].astype(np.float32))[:, None])
    .T.astype(np.float32).copy()
    for l, d in enumerate(dims)
]
norms = [np.einsum("ij,ij->i", a, a) for a in rows]
damping = [0.1 * norm.mean() / d for norm, d in zip(norms, dims)]
ratios = [(1 / (lam + norm) / n).astype(np.float32) for lam, norm in zip(damping, norms)]
if library == "torch":
    import torch

    rows, ratios, queries = ([torch.from_numpy(a) for a in arrays] for arrays in (rows, ratios, queries))


def score(width):
    total = 0
    for a, c, v, lam in zip(rows, ratios, queries, damping):
        v = v[:, :width] if width > 1 else v[:, 0]
        dots = a @ v
        mixed = a.T @ (dots * (c[:, None] if width > 1 else c))
        total = total + (a @ (v - mixed)) / float(lam)
    return total


def taken_ms(times, width):
    # One core is measured by the processor's time, and by its best run.
    clock = time.process_time if cores == 1 else time.perf_counter
    taken = []
    until = clock() + 0.3
    while clock() < until:
        score(width)
    for _ in range(times):
        start = clock()
        score(width)
        taken.append((clock() - start) * 1000)
    return min(taken) if cores == 1 else sorted(taken)[len(taken) // 2]


first = np.asarray(score(1))
ours = np.fromfile(os.path.join(folder, "scores"), np.float64)
name = library + " float32 " + (np.__version__ if library == "numpy" else torch.__version__)
print(json.dumps({
    "name": name,
    "oneMs": taken_ms(repeats, 1),
    "batchMs": taken_ms(max(1, repeats // 4), count),
    "batch": count,
    "heldBytes": sum(a.nbytes for a in rows),
    "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "correlation": float(np.corrcoef(first.astype(np.float64), ours)[0, 1]),
}))
