//===- TextMutator.cpp - Mutations that keep text nearly valid ------------===//
//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Bytes flipped at random hardly ever parse. These mutations work on tokens and
// lines: a value becomes another value of the text, a type another type, a
// number a special one; lines move, repeat and vanish; and whole operations of
// our dialects come in.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

namespace {

using Random = std::minstd_rand;
using Tokens = std::vector<std::string>;

const char *const types[] = {
    "bf16",
    "f16",
    "f32",
    "f64",
    "i1",
    "i8",
    "i32",
    "i64",
    "index",
    "none",
    "f8E4M3FN",
    "f8E5M2",
    "f8E8M0FNU",
    "f4E2M1FN",
    "tensor<4x8xbf16>",
    "tensor<8xbf16>",
    "tensor<?x?xbf16>",
    "tensor<?x8xf32>",
    "tensor<8xf32>",
    "tensor<4x8xf8E4M3FN>",
    "tensor<4x1xf32>",
    "tensor<1xf32>",
    "tensor<f32>",
    "tensor<*xf32>",
    "tensor<0x8xf32>",
    "tensor<4x0xbf16>",
    "memref<4x8xbf16>",
    "memref<8xbf16>",
    "memref<?x8xf32, strided<[?, 1], offset: ?>>",
    "memref<*xf32>",
    "vector<4xf32>",
    "tuple<f32>",
    "tensor<4x4xi8>",
    "tensor<2x32xbf16>",
    "tensor<2x32xf8E4M3FN>",
    "tensor<2x1xf8E8M0FNU>",
    "tensor<2x16xi8>",
    "tensor<2x2xf8E4M3FN>",
    "tensor<9223372036854775807x9223372036854775807xf32>"};

const char *const words[] = {"comm.group",
                             "comm.all_reduce",
                             "comm.reduce_scatter",
                             "comm.all_gather",
                             "comm.all_reduce_rms_norm",
                             "norm.rms_norm",
                             "norm.add_rms_norm",
                             "norm.quantize",
                             "arith.addf",
                             "arith.extf",
                             "arith.truncf",
                             "arith.constant",
                             "linalg.add",
                             "tensor.empty",
                             "tensor.splat",
                             "func.func",
                             "return",
                             "weight",
                             "residual",
                             "scale",
                             "post_norm_weight",
                             "outs",
                             "reduced",
                             "residual_out",
                             "normed",
                             "quantized",
                             "scales",
                             "on",
                             "dim",
                             "reduction",
                             "strategy",
                             "<max>",
                             "<min>",
                             "<prod>",
                             "<sum>",
                             "<one_shot>",
                             "<two_shot>",
                             "<nccl>",
                             "<multimem>",
                             "<auto>",
                             "epsilon",
                             "weight_bias",
                             "rounding",
                             "weight_rounding",
                             "scheme",
                             "quantization",
                             "post_norm_epsilon",
                             "post_norm_weight_bias",
                             "post_norm_rounding",
                             "post_norm_weight_rounding",
                             "replicated",
                             "size",
                             "replica_groups",
                             "comm.per_rank",
                             "comm.donated",
                             "private",
                             "per_tensor",
                             "per_token",
                             "per_group",
                             "nvfp4",
                             "mxfp8",
                             "group_size",
                             "layout",
                             "mode",
                             "divide",
                             "multiply_reciprocal",
                             "linear",
                             "swizzled_128x4",
                             "packed_column_major",
                             "#norm.scheme<per_group, group_size = 16>",
                             "#norm.scheme<nvfp4>",
                             "#norm.scheme<mxfp8, layout = swizzled_128x4>",
                             "#norm.rounding<round_then_scale>",
                             "#norm.weight_rounding<element_type>",
                             "#comm.reduction<max>",
                             "#comm.strategy<two_shot>",
                             "#norm.scheme<per_token>",
                             "dense<1.0>",
                             "dense<[[0, 1], [2, 3]]>",
                             "dense<>",
                             "dense_resource<a>",
                             "unit",
                             "true",
                             "array<i32: 1, 1, 0, 0, 0>",
                             "operandSegmentSizes",
                             "resultSegmentSizes",
                             "loc(unknown)",
                             "loc(\"a\":1:1)",
                             "\"\"",
                             "scf.if",
                             "scf.for",
                             "scf.yield",
                             "module",
                             "attributes",
                             "<{",
                             "}>",
                             "->",
                             "()"};

const char *const numbers[] = {"0",
                               "1",
                               "-1",
                               "2",
                               "3",
                               "4",
                               "8",
                               "16",
                               "32",
                               "128",
                               "0.0",
                               "-0.0",
                               "1.0",
                               "1.0e-6",
                               "1.0e300",
                               "0x7FC00000",
                               "0x7F800000",
                               "0xFFFFFFFF",
                               "2147483647",
                               "2147483648",
                               "4294967296",
                               "9223372036854775807",
                               "-9223372036854775808",
                               "9223372036854775808",
                               "99999999999999999999999"};

const char *const lines[] = {
    "comm.group @tp",
    "comm.group @other {size = 2 : i64}",
    "comm.group @pairs {size = 2 : i64, replica_groups = dense<[[0, 1], [2, "
    "3]]> : tensor<2x2xi64>}",
    "%a = comm.all_reduce %x on @tp : tensor<4x8xbf16>",
    "%y = norm.rms_norm %a weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : "
    "f32} : tensor<4x8xbf16>",
    "%y, %r1 = norm.add_rms_norm %a, %r weight(%w : tensor<8xbf16>) {epsilon = "
    "1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>",
    "%s = arith.addf %a, %r : tensor<4x8xbf16>",
    "%r1, %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>) "
    "residual(%r : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32} : "
    "tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: "
    "tensor<4x8xbf16>)",
    "%q, %c = norm.quantize %y {scheme = #norm.scheme<per_token>} : "
    "tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>",
    "%q, %c = norm.quantize %z {scheme = #norm.scheme<mxfp8>} : "
    "tensor<2x32xbf16> -> tensor<2x32xf8E4M3FN>, tensor<2x1xf8E8M0FNU>",
    "%g = comm.all_gather %x on @tp dim 0 : tensor<4x8xbf16> -> "
    "tensor<?x8xbf16>",
    "%h = comm.reduce_scatter %x on @pairs dim 0 : tensor<4x8xbf16> -> "
    "tensor<2x8xbf16>",
    "%wf = arith.extf %w : tensor<8xbf16> to tensor<8xf32>",
    "%one = arith.constant dense<1.0> : tensor<8xf32>",
    "%g1 = arith.addf %wf, %one : tensor<8xf32>",
    "%e = tensor.empty() : tensor<4x8xbf16>",
    "func.func @f(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: "
    "tensor<8xbf16>, %z: tensor<2x32xbf16>, %s: tensor<1xf32>) {",
    "return",
    "}"};

enum class Kind {
  Space,
  Value,
  Symbol,
  Attribute,
  Number,
  String,
  Word,
  Other
};

bool isWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' ||
         c == '$';
}

Kind getKind(const std::string &token) {
  switch (token[0]) {
  case ' ':
  case '\n':
  case '\t':
    return Kind::Space;
  case '%':
    return Kind::Value;
  case '@':
    return Kind::Symbol;
  case '#':
  case '!':
  case '^':
    return Kind::Attribute;
  case '"':
    return Kind::String;
  }
  if (std::isdigit(static_cast<unsigned char>(token[0])))
    return Kind::Number;
  return isWordCharacter(token[0]) ? Kind::Word : Kind::Other;
}

/// The tokens in order; joined, they are the text.
Tokens split(const std::string &text) {
  Tokens tokens;
  for (size_t begin = 0, end; begin < text.size(); begin = end) {
    char c = text[begin];
    end = begin + 1;
    if (c == '"') {
      while (end < text.size() && text[end] != '"' && text[end] != '\n')
        ++end;
      end = std::min(end + 1, text.size());
    } else if (isWordCharacter(c) || std::strchr("%@#!^", c)) {
      while (end < text.size() && isWordCharacter(text[end]))
        ++end;
    } else if (c == '-' && end < text.size() && text[end] == '>') {
      ++end;
    }
    tokens.push_back(text.substr(begin, end - begin));
  }
  return tokens;
}

std::vector<std::string> splitLines(const std::string &text) {
  std::vector<std::string> result;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    result.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return result;
}

std::string join(const std::vector<std::string> &parts) {
  std::string text;
  for (const std::string &part : parts)
    text += part;
  return text;
}

size_t pick(Random &random, size_t size) { return random() % size; }

template <size_t N>
std::string pickFrom(Random &random, const char *const (&list)[N]) {
  return list[pick(random, N)];
}

/// Another token for the place of `token`: mostly of its kind, out of the text
/// or out of the lists.
std::string pickReplacement(Random &random, const Tokens &tokens,
                            const std::string &token) {
  Kind kind = getKind(token);
  if (pick(random, 8) == 0)
    return pickFrom(random, words);
  if (kind == Kind::Number && pick(random, 2))
    return pickFrom(random, numbers);
  if (kind == Kind::Word && pick(random, 2))
    return pick(random, 2) ? pickFrom(random, words) : pickFrom(random, types);
  Tokens alike;
  for (const std::string &other : tokens)
    if (getKind(other) == kind && other != token)
      alike.push_back(other);
  return alike.empty() ? pickFrom(random, types)
                       : alike[pick(random, alike.size())];
}

void mutateTokens(Random &random, std::string &text) {
  Tokens tokens = split(text);
  if (tokens.empty())
    return;
  size_t at = pick(random, tokens.size());
  while (getKind(tokens[at]) == Kind::Space && pick(random, 4))
    at = pick(random, tokens.size());
  size_t other = pick(random, tokens.size());
  switch (pick(random, 10)) {
  case 0:
    tokens.erase(tokens.begin() + at,
                 tokens.begin() +
                     std::min(tokens.size(), at + 1 + pick(random, 4)));
    break;
  case 1:
    tokens.insert(tokens.begin() + at, tokens[other]);
    break;
  case 2:
    std::swap(tokens[at], tokens[other]);
    break;
  case 3:
    tokens.insert(tokens.begin() + at, " " + pickFrom(random, words) + " ");
    break;
  case 4:
    tokens.insert(tokens.begin() + at, pickFrom(random, types));
    break;
  default:
    tokens[at] = pickReplacement(random, tokens, tokens[at]);
  }
  text = join(tokens);
}

void mutateLines(Random &random, std::string &text) {
  std::vector<std::string> all = splitLines(text);
  size_t at = all.empty() ? 0 : pick(random, all.size());
  size_t other = all.empty() ? 0 : pick(random, all.size());
  switch (pick(random, all.empty() ? 1 : 5)) {
  case 0:
    all.insert(all.begin() + at, "  " + pickFrom(random, lines) + "\n");
    break;
  case 1:
    all.erase(all.begin() + at);
    break;
  case 2:
    std::swap(all[at], all[other]);
    break;
  case 3: {
    std::string copy = all[other];
    all.insert(all.begin() + at, copy);
    break;
  }
  case 4:
    std::rotate(all.begin() + std::min(at, other),
                all.begin() + std::max(at, other), all.end());
    break;
  }
  text = join(all);
}

size_t store(const std::string &text, uint8_t *data, size_t maxSize) {
  size_t size = std::min(text.size(), maxSize);
  std::memcpy(data, text.data(), size);
  return size;
}

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  Random random(seed);
  if (pick(random, 16) == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::string text(reinterpret_cast<char *>(data), size);
  for (size_t i = 0, count = 1 + pick(random, 3); i < count; ++i)
    pick(random, 4) ? mutateTokens(random, text) : mutateLines(random, text);
  return store(text, data, maxSize);
}

/// Some lines of one text among those of the other.
extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1,
                                            const uint8_t *data2, size_t size2,
                                            uint8_t *out, size_t maxSize,
                                            unsigned seed) {
  Random random(seed);
  auto asLines = [](const uint8_t *data, size_t size) {
    return splitLines({reinterpret_cast<const char *>(data), size});
  };
  std::vector<std::string> first = asLines(data1, size1);
  std::vector<std::string> second = asLines(data2, size2);
  if (second.empty())
    return store(join(first), out, maxSize);
  size_t from = pick(random, second.size());
  size_t to =
      from + 1 + pick(random, std::min<size_t>(4, second.size() - from));
  first.insert(first.begin() + pick(random, first.size() + 1),
               second.begin() + from,
               second.begin() + std::min(to, second.size()));
  return store(join(first), out, maxSize);
}
