"""PyTorch's side of the bench `dlrm-step`: the same DLRM, the same first weights, the same batches.

    python3 dlrm_torch.py FOLDER

FOLDER holds what `lib/cli/bench/dlrm_workload.ts` wrote: workload.json, parameters.safetensors (all float32) and
batches.bin (for each batch: ids int32 [B, F] within their fields, numeric columns float32 [B, Nd], labels float32 [B]).

Speaks one JSON object a line. First it says {"version", "threads"}, or {"unavailable": why}. Then it answers:

    {"do": "open", "name": FORM, "steps": n}   builds it, trains n steps -> {"losses": [...]}, each before its step
    {"do": "round", "name": FORM, "steps": n}  trains n steps            -> {"seconds": for all of them}

What this PyTorch cannot do is answered by {"failed": why}.

A form is "HOW/OPTIMISER", or "products". OPTIMISER is "adagrad" (one accumulator a weight) or "rowwise" (for the table,
one a row: mean of squares). HOW is one of the ways that PyTorch has to do this step; all of them touch only the rows
of the batch, and all are here so that the fastest can count:

    sparse          nn.functional.embedding(sparse=True) and torch.optim.Adagrad, which sorts and sums equal ids itself
    unique          torch.unique finds the distinct rows, index_add_ sums their gradients, index_copy_ writes them back
    buffer          gradients are added up in a standing [rows, d] buffer; equal ids then write the same value twice
    compiled-sparse as sparse, with the dense part under torch.compile
    compiled        the whole step as one torch.compile graph (torch.func.grad), tables as in buffer

The dense part is the fastest eager form found: addmm, index_select of the lower triangle (instead of zz[:, i, j], which
costs 3 ms more at batch 2,048), and the fused Adagrad.
"""

import json
import os
import sys
import time

protocol = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # whatever a library prints goes to stderr


def say(**answer):
    protocol.write(json.dumps(answer) + "\n")


try:
    import torch
    import numpy as np
except ImportError as error:
    say(unavailable=str(error))
    sys.exit(0)

folder = sys.argv[1]
with open(os.path.join(folder, "workload.json")) as file:
    workload = json.load(file)
B, ND, D = workload["batchSize"], workload["dense"], workload["dim"]
FIELD_ROWS = workload["fieldRows"]
RATE, EPSILON = workload["learningRate"], workload["epsilon"]
F, ROWS = len(FIELD_ROWS), sum(FIELD_ROWS)
M = F + 1
WIDTHS = [[ND, *workload["bottom"], D], [M * F // 2 + D, *workload["overarch"], 1]]
LAYERS = [(a, b) for widths in WIDTHS for a, b in zip(widths, widths[1:])]
BOTTOM_LAYERS = len(WIDTHS[0]) - 1
lower = torch.tril_indices(M, M, -1)
TRIANGLE = lower[0] * M + lower[1]


def read_batches():
    offsets = np.concatenate([[0], np.cumsum(FIELD_ROWS)[:-1]]).astype(np.int64)
    raw = np.fromfile(os.path.join(folder, "batches.bin"), dtype=np.uint8).reshape(workload["batches"], -1)
    batches = []
    for bytes_ in raw:
        ids, dense, labels = np.split(bytes_, np.cumsum([4 * B * F, 4 * B * ND]))
        ids = ids.view(np.int32).reshape(B, F).astype(np.int64) + offsets
        dense, labels = dense.view(np.float32).reshape(B, ND).copy(), labels.view(np.float32).copy()
        batches.append(tuple(map(torch.from_numpy, (ids, dense, labels))))
    return batches


def read_parameters():
    """Arrays by name, from a safetensors file: length, JSON header, bytes."""
    with open(os.path.join(folder, "parameters.safetensors"), "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], np.float32) for name, entry in header.items()}


BATCHES, STORED = read_batches(), read_parameters()


def dense_parameters():
    """[w, b, w, b, ...] of the bottom MLP and then the overarch, with the weights [in, out]."""
    names = [f"bottom/{k}" for k in range(BOTTOM_LAYERS)]
    names += [f"overarch/{k}" for k in range(len(LAYERS) - BOTTOM_LAYERS)]
    out = []
    for name, shape in zip(names, LAYERS):
        out.append(torch.tensor(STORED[f"{name}/weights"]).reshape(shape))
        out.append(torch.tensor(STORED[f"{name}/bias"]))
    return out


def table_weights():
    return torch.tensor(STORED["embeddings/weights"]).reshape(ROWS, D)


def loss_of(parameters, e, x, y):
    layers = list(zip(parameters[::2], parameters[1::2]))
    z = x  # [B, Nd]
    for w, b in layers[:BOTTOM_LAYERS]:
        z = torch.relu(torch.addmm(b, z, w))  # at last [B, d]
    t = torch.cat([z.unsqueeze(1), e], 1)  # [B, M, d]
    products = torch.bmm(t, t.transpose(1, 2)).reshape(B, M * M)
    h = torch.cat([z, torch.index_select(products, 1, TRIANGLE)], 1)
    for w, b in layers[BOTTOM_LAYERS:-1]:
        h = torch.relu(torch.addmm(b, h, w))
    w, b = layers[-1]
    return torch.nn.functional.binary_cross_entropy_with_logits(torch.addmm(b, h, w).squeeze(1), y)


class Table:
    """The embedding rows and their accumulators, updated by hand."""

    def __init__(self, rowwise):
        self.rowwise = rowwise
        self.weights = table_weights()
        self.accumulator = torch.zeros(ROWS) if rowwise else torch.zeros(ROWS, D)
        self.gradient = torch.zeros(ROWS, D)

    def scaled(self, rows, s):
        """Adds to the accumulators of the rows; what is to be taken from the weights."""
        new = self.accumulator.index_select(0, rows) + (s.square().mean(1) if self.rowwise else s * s)
        self.accumulator.index_copy_(0, rows, new)
        root = new.sqrt() + EPSILON
        return s * (RATE / (root.unsqueeze(1) if self.rowwise else root))

    def update_unique(self, ids, g):
        rows, position = torch.unique(ids, return_inverse=True)
        s = torch.zeros(rows.numel(), D).index_add_(0, position, g)
        self.weights.index_add_(0, rows, self.scaled(rows, s), alpha=-1)

    def update_buffer(self, ids, g):
        self.gradient.index_add_(0, ids, g)
        s = self.gradient.index_select(0, ids)  # equal ids: equal sums
        self.weights.index_copy_(0, ids, self.weights.index_select(0, ids) - self.scaled(ids, s))
        self.gradient.index_fill_(0, ids, 0.0)


def sparse_step(loss_function):
    dense = [torch.nn.Parameter(p) for p in dense_parameters()]
    table = torch.nn.Parameter(table_weights())
    optimizers = [
        torch.optim.Adagrad(dense, lr=RATE, eps=EPSILON, fused=True),
        torch.optim.Adagrad([table], lr=RATE, eps=EPSILON),
    ]

    def step(ids, x, y):
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss = loss_function(dense, torch.nn.functional.embedding(ids, table, sparse=True), x, y)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        return loss

    return step


def by_hand_step(rowwise, update):
    dense = [torch.nn.Parameter(p) for p in dense_parameters()]
    table = Table(rowwise)
    optimizer = torch.optim.Adagrad(dense, lr=RATE, eps=EPSILON, fused=True)

    def step(ids, x, y):
        optimizer.zero_grad()
        flat = ids.view(-1)
        e = table.weights.index_select(0, flat).view(B, F, D).requires_grad_()
        loss = loss_of(dense, e, x, y)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            update(table, flat, e.grad.reshape(-1, D))
        return loss

    return step


def compiled_step(rowwise):
    dense = dense_parameters()
    accumulators = [torch.zeros_like(p) for p in dense]
    table = Table(rowwise)
    gradients = torch.func.grad_and_value(loss_of, argnums=(0, 1))

    def whole(ids, x, y):
        flat = ids.view(-1)
        e = table.weights.index_select(0, flat).view(B, F, D)
        (dense_gradients, g), loss = gradients(dense, e, x, y)
        for p, a, dp in zip(dense, accumulators, dense_gradients):
            a.addcmul_(dp, dp)
            p.addcdiv_(dp, a.sqrt() + EPSILON, value=-RATE)
        table.update_buffer(flat, g.reshape(-1, D))
        return loss

    fast = torch.compile(whole, dynamic=False)

    def step(ids, x, y):
        with torch.no_grad():
            return fast(ids, x, y)

    return step


def products_step():
    """The matrix products of the dense layers, forward and backward, on inputs that change from step to step."""
    sets = [
        [(torch.randn(B, a), torch.randn(a, b), torch.randn(B, b)) for a, b in LAYERS] for _ in range(len(BATCHES))
    ]
    turn = 0

    def step(*_):
        nonlocal turn
        out = None
        for k, (x, w, dy) in enumerate(sets[turn % len(sets)]):
            torch.mm(x, w)
            out = torch.mm(x.t(), dy)
            if k > 0:  # nothing asks for the gradient of the numeric columns
                torch.mm(dy, w.t())
        turn += 1
        return out.sum()

    return step


def build(name):
    if name == "products":
        return products_step()
    how, optimizer = name.split("/")
    rowwise = optimizer == "rowwise"
    if how == "compiled":
        return compiled_step(rowwise)
    if how in ("unique", "buffer"):
        return by_hand_step(rowwise, Table.update_unique if how == "unique" else Table.update_buffer)
    if rowwise:
        raise ValueError(f"{name}: torch.optim.Adagrad has no row-wise form")
    return sparse_step(torch.compile(loss_of, dynamic=False) if how == "compiled-sparse" else loss_of)


def main():
    torch.set_num_threads(workload["threads"])
    say(version=torch.__version__, threads=torch.get_num_threads())
    forms, done = {}, {}
    for line in sys.stdin:
        ask = json.loads(line)
        name = ask["name"]
        try:
            if ask["do"] == "open":
                forms[name], done[name] = build(name), 0
            losses = []
            started = time.perf_counter()
            for _ in range(ask["steps"]):
                losses.append(forms[name](*BATCHES[done[name] % len(BATCHES)]).item())
                done[name] += 1
            seconds = time.perf_counter() - started
            say(**({"losses": losses} if ask["do"] == "open" else {"seconds": seconds}))
        except Exception as error:  # a form that this PyTorch cannot do is left out, with its reason
            say(failed=f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}")


main()
