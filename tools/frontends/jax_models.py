#!/usr/bin/env python3
"""Writes small tensor-parallel decoders of JAX as generic StableHLO text.

Each is a function under shard_map with Megatron's split: attention and MLP end
in a psum of the activation, which meets the residual stream and the next norm.
The norms round as the named family does (docs/Frontends.md).

usage: jax_models.py MODEL [--layers N] [--ranks N] [--no-mesh-axes] [--scan]
                     [--rank-2] [--locations] [-o FILE]
       jax_models.py --list
"""

import argparse
import functools
import os
import sys

MODELS = ("llama", "gemma1", "gemma3", "qwen3_next", "llama_fp8", "moe")


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", nargs="?", choices=MODELS)
    parser.add_argument("--list", action="store_true", help="print the models' names")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=8)
    parser.add_argument("--no-mesh-axes", action="store_true",
                        help="write groups of ranks, not axes of a mesh")
    parser.add_argument("--data-ranks", type=int, default=1,
                        help="size of a second axis of the mesh, over the batch")
    parser.add_argument("--scan", action="store_true", help="layers in a lax.scan")
    parser.add_argument("--rank-2", action="store_true", help="activations [tokens, hidden]")
    parser.add_argument("--type", default="bfloat16")
    parser.add_argument("--locations", action="store_true", help="keep source locations")
    parser.add_argument("-o", "--output", default="-")
    return parser.parse_args(arguments)


OPTIONS = parse(sys.argv[1:])
if OPTIONS.list:
    print("\n".join(MODELS))
    sys.exit()
if not OPTIONS.model:
    sys.exit("jax_models.py: expected a model, one of " + ", ".join(MODELS))

RANKS = OPTIONS.ranks * OPTIONS.data_ranks
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=%d" % RANKS
os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from jax.sharding import Mesh, PartitionSpec as P  # noqa: E402

if OPTIONS.no_mesh_axes:
    # Older versions always write lists of ranks, and do not know this.
    if "jax_use_rgv3" in jax.config.values:
        jax.config.update("jax_use_rgv3", False)

TYPE = jnp.dtype(OPTIONS.type)
HIDDEN, TOKENS, HEADS, EXPERTS = OPTIONS.hidden, OPTIONS.tokens, 4, 4
HEAD, INNER = HIDDEN // HEADS, 2 * HIDDEN
EPSILON = {"llama": 1e-5, "llama_fp8": 1e-5, "moe": 1e-5}.get(OPTIONS.model, 1e-6)
GEMMA = OPTIONS.model in ("gemma1", "gemma3", "qwen3_next")
FP8 = OPTIONS.model == "llama_fp8"


def rms_norm(x, weight):
    wide = x.astype(jnp.float32)
    mean = jnp.mean(jnp.square(wide), axis=-1, keepdims=True)
    normed = wide * jax.lax.rsqrt(mean + EPSILON)
    if GEMMA:
        return (normed * (1.0 + weight.astype(jnp.float32))).astype(x.dtype)
    return normed.astype(x.dtype) * weight


def quantize(x, scale):
    scaled = x.astype(jnp.float32) / scale
    return jnp.clip(scaled, -448.0, 448.0).astype(jnp.float8_e4m3fn)


def linear(x, weight, scales=None):
    """A product of the activation, in FP8 where the model has scales."""
    if not FP8:
        return jnp.dot(x, weight)
    wide = jnp.dot(quantize(x, scales[0]), weight, preferred_element_type=jnp.float32)
    return (wide * (scales[0] * scales[1])).astype(TYPE)


def attention(x, layer):
    rows = x.reshape(-1, TOKENS, HIDDEN)
    split = lambda y: y.reshape(y.shape[0], TOKENS, -1, HEAD)
    q, k, v = (split(linear(rows, layer[name], layer.get("scales_in"))) for name in ("q", "k", "v"))
    if OPTIONS.model in ("gemma3", "qwen3_next"):
        q, k = rms_norm(q, layer["q_norm"]), rms_norm(k, layer["k_norm"])
    scores = jnp.einsum("bthd,bshd->bhts", q, k).astype(jnp.float32) / np.sqrt(HEAD)
    causal = jnp.tril(jnp.ones((TOKENS, TOKENS), bool))
    weights = jax.nn.softmax(jnp.where(causal, scores, -1e30), axis=-1).astype(TYPE)
    mixed = jnp.einsum("bhts,bshd->bthd", weights, v).reshape(rows.shape[0], TOKENS, -1)
    return jnp.dot(mixed, layer["o"]).reshape(x.shape)


def mlp(x, layer):
    act = functools.partial(jax.nn.gelu, approximate=True) if GEMMA else jax.nn.silu
    gate = act(linear(x, layer["gate"], layer.get("scales_mlp")))
    up = linear(x, layer["up"], layer.get("scales_mlp"))
    return jnp.dot(gate * up, layer["down"])


def experts(x, layer):
    """The router reads the norm; each rank has a slice of every expert."""
    logits = jnp.dot(x, layer["router"]).astype(jnp.float32)
    shares, chosen = jax.lax.top_k(jax.nn.softmax(logits, axis=-1), 2)
    share = jnp.sum(jax.nn.one_hot(chosen, EXPERTS) * shares[..., None], axis=-2).astype(TYPE)
    inner = jax.nn.silu(jnp.einsum("...h,ehi->...ei", x, layer["expert_in"]))
    return jnp.einsum("...ei,eih,...e->...h", inner, layer["expert_out"], share)


def block(x, layer):
    reduce = lambda y: jax.lax.psum(y, "tp")
    mixed = reduce(attention(rms_norm(x, layer["norm"]), layer))
    if OPTIONS.model == "gemma3":
        mixed = rms_norm(mixed, layer["post_norm"])
    x = x + mixed
    feed = experts if OPTIONS.model == "moe" else mlp
    fed = reduce(feed(rms_norm(x, layer["mlp_norm"]), layer))
    if OPTIONS.model == "gemma3":
        fed = rms_norm(fed, layer["post_mlp_norm"])
    return x + fed


def model(x, layers, norm):
    if OPTIONS.scan:
        x, _ = jax.lax.scan(lambda x, layer: (block(x, layer), None), x, layers)
    else:
        for layer in layers:
            x = block(x, layer)
    return rms_norm(x, norm)


def parameters():
    """Shapes and splits of one layer's parameters."""
    weight = jnp.float8_e4m3fn if FP8 else TYPE
    columns, rows = P(None, "tp"), P("tp", None)
    layer = {
        "q": ((HIDDEN, HIDDEN), weight, columns),
        "k": ((HIDDEN, HIDDEN), weight, columns),
        "v": ((HIDDEN, HIDDEN), weight, columns),
        "o": ((HIDDEN, HIDDEN), TYPE, rows),
        "norm": ((HIDDEN,), TYPE, P()),
        "mlp_norm": ((HIDDEN,), TYPE, P()),
    }
    if OPTIONS.model == "moe":
        layer.update({
            "router": ((HIDDEN, EXPERTS), TYPE, P()),
            "expert_in": ((EXPERTS, HIDDEN, INNER), TYPE, P(None, None, "tp")),
            "expert_out": ((EXPERTS, INNER, HIDDEN), TYPE, P(None, "tp", None)),
        })
    else:
        layer.update({
            "gate": ((HIDDEN, INNER), weight, columns),
            "up": ((HIDDEN, INNER), weight, columns),
            "down": ((INNER, HIDDEN), TYPE, rows),
        })
    if OPTIONS.model in ("gemma3", "qwen3_next"):
        layer.update({name: ((HEAD,), TYPE, P()) for name in ("q_norm", "k_norm")})
    if OPTIONS.model == "gemma3":
        layer.update({name: ((HIDDEN,), TYPE, P()) for name in ("post_norm", "post_mlp_norm")})
    if FP8:
        layer.update({name: ((2,), jnp.float32, P()) for name in ("scales_in", "scales_mlp")})
    return layer


def lower():
    layer = parameters()
    shape = lambda entry, lead=(): jax.ShapeDtypeStruct(lead + entry[0], entry[1])
    if OPTIONS.scan:
        layers = {name: shape(entry, (OPTIONS.layers,)) for name, entry in layer.items()}
        splits = {name: P(None, *entry[2]) for name, entry in layer.items()}
    else:
        layers = [{name: shape(entry) for name, entry in layer.items()}] * OPTIONS.layers
        splits = [{name: entry[2] for name, entry in layer.items()}] * OPTIONS.layers
    lead = (TOKENS,) if OPTIONS.rank_2 else (OPTIONS.data_ranks, TOKENS)
    batch = "dp" if OPTIONS.data_ranks > 1 else None
    rows = P(batch) if not OPTIONS.rank_2 else P()
    devices = np.array(jax.devices())
    if OPTIONS.data_ranks > 1:
        mesh = Mesh(devices.reshape(OPTIONS.data_ranks, OPTIONS.ranks), ("dp", "tp"))
    else:
        mesh = Mesh(devices, ("tp",))
    function = jax.shard_map(model, mesh=mesh, in_specs=(rows, splits, P()), out_specs=rows)
    return jax.jit(function).lower(
        jax.ShapeDtypeStruct(lead + (HIDDEN,), TYPE), layers,
        jax.ShapeDtypeStruct((HIDDEN,), TYPE))


def main():
    module = lower().compiler_ir("stablehlo")
    text = module.operation.get_asm(
        print_generic_op_form=True, enable_debug_info=OPTIONS.locations)
    header = "// jax %s: jax_models.py %s\n" % (
        jax.__version__, " ".join(a for a in sys.argv[1:]))
    if OPTIONS.output == "-":
        sys.stdout.write(header + text + "\n")
    else:
        with open(OPTIONS.output, "w", encoding="utf-8") as stream:
            stream.write(header + text + "\n")


if __name__ == "__main__":
    main()
