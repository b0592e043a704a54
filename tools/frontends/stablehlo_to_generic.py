#!/usr/bin/env python3
"""Writes a StableHLO module as generic text, which Conorm's tools read.

The input is text in any form, MLIR bytecode, or a portable artifact
(jax.export's mlir_module_serialized). Reading it takes StableHLO's own parser,
which jaxlib brings: pip install jaxlib

usage: stablehlo_to_generic.py INPUT [-o OUTPUT] [--locations]
"""

import argparse
import sys

BYTECODE = b"ML\xefR"


def parse(context, data):
    """The module in `data`, of whatever form."""
    from jaxlib.mlir import ir
    from jaxlib.mlir.dialects import stablehlo

    if not data.startswith(BYTECODE):
        return ir.Module.parse(data.decode(), context)
    # A portable artifact names its producer behind the magic number.
    if b"StableHLO_v" in data[:64]:
        return stablehlo.deserialize_portable_artifact(context, data)
    return ir.Module.parse(data, context)


def make_context():
    try:
        from jaxlib.mlir import ir
        from jaxlib.mlir._mlir_libs import _jax_mlir_ext
        from jaxlib.mlir.dialects import chlo, mhlo, sdy, stablehlo
    except ImportError as error:
        sys.exit("stablehlo_to_generic.py: expected jaxlib, which has the parser "
                 "(pip install jaxlib): %s" % error)
    registry = ir.DialectRegistry()
    _jax_mlir_ext.register_dialects(registry)
    context = ir.Context()
    context.append_dialect_registry(registry)
    context.load_all_available_dialects()
    for dialect in (chlo, sdy, stablehlo):
        dialect.register_dialect(context)
    mhlo.register_mhlo_dialect(context)
    return context


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input", help="file, or - for standard input")
    parser.add_argument("-o", "--output", default="-")
    parser.add_argument("--locations", action="store_true", help="keep source locations")
    options = parser.parse_args()
    try:
        if options.input == "-":
            data = sys.stdin.buffer.read()
        else:
            with open(options.input, "rb") as stream:
                data = stream.read()
        with make_context() as context:
            module = parse(context, data)
            text = module.operation.get_asm(
                print_generic_op_form=True, enable_debug_info=options.locations)
    except Exception as error:  # pylint: disable=broad-except
        sys.exit("stablehlo_to_generic.py: %s: %s" % (options.input, error))
    if options.output == "-":
        print(text)
    else:
        with open(options.output, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")


if __name__ == "__main__":
    main()
