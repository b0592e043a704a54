//===- Options.cpp - Command line of conorm-run ---------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "RunError.h"

#include "support/Names.h"

#include <getopt.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>

using conorm::rt::enumName;
using namespace conorm::run;

namespace {

const char *const kHelp = R"(usage: conorm-run in.mlir|out.so [options]

Runs an entry of a compiled artifact on several ranks. A .mlir or .mlirbc file
is compiled first, with the conorm-compile beside this program or in PATH.
Under mpirun or srun, or with torchrun's variables (RANK, WORLD_SIZE,
MASTER_ADDR, MASTER_PORT), this process is one rank of the world that already
exists.

  --ranks N          ranks to start, 1 to 64 (default 4)
  --threads          ranks are threads of this process, not processes
  --entry NAME       entry to run; needed if there are several
  --variant V        fused (default) or unfused
  --compare          run both variants on the same inputs, compare each result
                     bit by bit on each rank, and check each norm against an
                     independent float64 evaluation; a source is compiled with
                     --check-bounds
  --input I=FILE     argument I (a number, or its name in the program) from a
                     .npy file; repeatable. For an argument with data of each
                     rank's own, the file has a leading dimension of ranks, or
                     its name contains {rank}. bf16 is stored as <u2 (or V2),
                     f8 as |u1 (or V1)
  --seed N           seed of the inputs that are not given (default 0)
  --dim I.D=SIZE     size of dynamic dimension D of argument I; repeatable
  --dim SIZE         size of every other dynamic dimension
  --output DIR       write result R of rank K to DIR/result<R>.rank<K>.npy, once
                     every rank has made all of its calls
  --repeat N         timed calls after a warm-up (default 1; 5 with --compare or
                     --profile)
  --timeout S        longest wait for a peer, seconds (default 60). A run in
                     which no rank finishes a call or step for S + 5 s is ended.
                     Time in which the whole run is stopped does not count
  --strategy S       auto (default), one_shot, two_shot or nccl, for every call
  --compare-strategies S,S,...
                     run with each of these, taking turns, and compare each
                     result bit by bit with that of the first one
  --workspace BYTES  communication workspace of each rank (default 64 MiB)
  --backend B        cpu (default) or cuda. Ranks take the GPUs of this machine in
                     turn
  --graph            cuda only: calls are captured in a CUDA graph and replayed;
                     with --compare, replays are compared with calls that are
                     not, too
  --profile[=FILE]   show where the time of a call goes: by kind and by site, and
                     on a device all kernels and copies. FILE.svg is a drawing,
                     FILE.json a trace for Perfetto or chrome://tracing;
                     repeatable. Operations are timed in calls of their own,
                     5 or as --repeat says, without graphs
  --json             print one JSON object instead of text
  --describe         print entries, groups, and what the artifact needs of the
                     machine, and whether it runs here; no ranks are started
  --version, --help

Exit code: 0 on success; 1 on a failure, or if a comparison finds a differing
bit or a norm outside its bound; 2 on wrong usage.
)";

enum Option {
  kRanks = 256,
  kThreads,
  kEntry,
  kVariant,
  kInput,
  kSeed,
  kOutput,
  kCompare,
  kRepeat,
  kTimeout,
  kStrategy,
  kCompareStrategies,
  kWorkspace,
  kDim,
  kBackend,
  kGraph,
  kProfile,
  kJson,
  kDescribe,
  kHelpOption,
  kVersion
};

const option kOptions[] = {
    {"ranks", required_argument, nullptr, kRanks},
    {"threads", no_argument, nullptr, kThreads},
    {"entry", required_argument, nullptr, kEntry},
    {"variant", required_argument, nullptr, kVariant},
    {"input", required_argument, nullptr, kInput},
    {"seed", required_argument, nullptr, kSeed},
    {"output", required_argument, nullptr, kOutput},
    {"compare", no_argument, nullptr, kCompare},
    {"repeat", required_argument, nullptr, kRepeat},
    {"timeout", required_argument, nullptr, kTimeout},
    {"strategy", required_argument, nullptr, kStrategy},
    {"compare-strategies", required_argument, nullptr, kCompareStrategies},
    {"workspace", required_argument, nullptr, kWorkspace},
    {"dim", required_argument, nullptr, kDim},
    {"backend", required_argument, nullptr, kBackend},
    {"graph", no_argument, nullptr, kGraph},
    {"profile", optional_argument, nullptr, kProfile},
    {"json", no_argument, nullptr, kJson},
    {"describe", no_argument, nullptr, kDescribe},
    {"help", no_argument, nullptr, kHelpOption},
    {"version", no_argument, nullptr, kVersion},
    {nullptr, 0, nullptr, 0}};

[[noreturn]] void usage(const std::string &message) {
  throw RunError(message, kExitUsage);
}

/// A whole decimal number in [low, high].
int64_t parseNumber(const char *flag, const std::string &text, int64_t low,
                    int64_t high) {
  errno = 0;
  char *end = nullptr;
  int64_t value = std::strtoll(text.c_str(), &end, 10);
  bool isNumber = !text.empty() && !std::isspace(text[0]) && !*end;
  if (!isNumber || errno || value < low || value > high)
    usage(std::string("--") + flag + ": expected a number from " +
          std::to_string(low) + " to " +
          (high == INT64_MAX ? "2^63-1" : std::to_string(high)) + ", found '" +
          text + "'");
  return value;
}

uint64_t parseSeed(const std::string &text) {
  errno = 0;
  char *end = nullptr;
  uint64_t value = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || !std::isdigit(text[0]) || *end || errno)
    usage("--seed: expected a number from 0 to 2^64-1, found '" + text + "'");
  return value;
}

double parseTimeout(const std::string &text) {
  char *end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end || !(value >= 0.001) || !(value <= 1e6))
    usage("--timeout: expected seconds from 0.001 to 1000000, found '" + text +
          "'");
  return value;
}

/// One of the enumerators up to `last`, by its name.
template <typename Enum>
uint32_t parseChoice(const char *flag, const std::string &text, Enum last) {
  std::string names;
  for (uint32_t value = 0; value <= last; ++value) {
    const char *name = enumName<Enum>(value);
    if (text == name)
      return value;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  usage(std::string("--") + flag + ": expected one of " + names + ", found '" +
        text + "'");
}

bool endsWith(const std::string &text, const std::string &suffix) {
  return text.size() > suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

bool isNumber(const std::string &text) {
  return !text.empty() && text.size() < 7 &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

/// An argument's number or name, as IR dumps spell it or without the '%'.
std::string parseArgument(const std::string &text) {
  return text.substr(!text.empty() && text[0] == '%' ? 1 : 0);
}

void parseInput(const std::string &text, Options &options) {
  size_t equals = text.find('=');
  std::string argument = parseArgument(text.substr(0, equals));
  if (equals == std::string::npos || argument.empty() ||
      equals + 1 == text.size())
    usage("--input: expected ARGUMENT=FILE.npy with the argument's number or "
          "name, found '" +
          text + "'");
  std::string file = text.substr(equals + 1);
  bool added =
      isNumber(argument)
          ? options.inputs
                .emplace(std::strtoul(argument.c_str(), nullptr, 10), file)
                .second
          : options.namedInputs.emplace(argument, file).second;
  if (!added)
    usage("--input: expected one file for argument " + argument +
          ", found two");
}

void parseDim(const std::string &text, Options &options) {
  size_t equals = text.find('=');
  if (equals == std::string::npos) {
    if (options.otherDims >= 0)
      usage("--dim: expected one size of the other dimensions, found two");
    options.otherDims = parseNumber("dim", text, 0, INT64_MAX);
    return;
  }
  // A name may have dots of its own.
  size_t dot = text.rfind('.', equals);
  if (dot == std::string::npos || dot == 0)
    usage("--dim: expected ARGUMENT.DIMENSION=SIZE or SIZE, found '" + text +
          "'");
  std::string argument = parseArgument(text.substr(0, dot));
  uint32_t dimension =
      parseNumber("dim", text.substr(dot + 1, equals - dot - 1), 0, 999999);
  int64_t size = parseNumber("dim", text.substr(equals + 1), 0, INT64_MAX);
  bool added =
      isNumber(argument)
          ? options.dims
                .insert(
                    {{std::strtoul(argument.c_str(), nullptr, 10), dimension},
                     size})
                .second
          : options.namedDims.insert({{argument, dimension}, size}).second;
  if (!added)
    usage("--dim: expected one size for dimension " + text.substr(0, equals) +
          ", found two");
}

void parseProfile(const std::string &file, Options &options) {
  options.profile = true;
  if (file.empty())
    return;
  if (!endsWith(file, ".svg") && !endsWith(file, ".json"))
    usage("--profile: expected a file that ends in .json (a trace) or .svg (a "
          "drawing), found '" +
          file + "'");
  options.profileFiles.push_back(file);
}

/// Two or more names, each once.
void parseStrategies(const std::string &text, Options &options) {
  std::vector<uint32_t> &list = options.comparedStrategies;
  list.clear();
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(',', begin), text.size());
    list.push_back(parseChoice("compare-strategies",
                               text.substr(begin, end - begin),
                               CONORM_STRATEGY_NCCL));
    begin = end + 1;
  }
  std::set<uint32_t> different(list.begin(), list.end());
  if (list.size() < 2 || different.size() != list.size())
    usage("--compare-strategies: expected two or more different strategies, "
          "found '" +
          text + "'");
}

void printVersion() {
  std::printf("conorm-run " CONORM_VERSION "\nC ABI %u.%u\n",
              conorm_abi_version() >> 16, conorm_abi_version() & 0xffff);
}

/// What an option without a value sets; null for any other.
bool *findFlag(int option, Options &options) {
  switch (option) {
  case kThreads:
    return &options.threads;
  case kCompare:
    return &options.compare;
  case kGraph:
    return &options.graph;
  case kJson:
    return &options.json;
  case kDescribe:
    return &options.describe;
  default:
    return nullptr;
  }
}

void setOption(int option, const std::string &value, Options &options) {
  if (bool *flag = findFlag(option, options)) {
    *flag = true;
    return;
  }
  switch (option) {
  case kRanks:
    options.ranks = parseNumber("ranks", value, 1, CONORM_MAX_WORLD_SIZE);
    options.ranksGiven = true;
    return;
  case kEntry:
    options.entry = value;
    return;
  case kVariant:
    options.variant = parseChoice("variant", value, CONORM_VARIANT_UNFUSED);
    options.variantGiven = true;
    return;
  case kInput:
    return parseInput(value, options);
  case kSeed:
    options.seed = parseSeed(value);
    return;
  case kOutput:
    options.outputDirectory = value;
    return;
  case kRepeat:
    options.repeat = parseNumber("repeat", value, 1, 1000000);
    return;
  case kTimeout:
    options.timeoutSeconds = parseTimeout(value);
    return;
  case kStrategy:
    options.strategy = parseChoice("strategy", value, CONORM_STRATEGY_NCCL);
    options.strategyGiven = true;
    return;
  case kCompareStrategies:
    return parseStrategies(value, options);
  case kWorkspace:
    options.workspaceBytes = parseNumber("workspace", value, 1, INT64_MAX);
    return;
  case kDim:
    return parseDim(value, options);
  case kBackend:
    options.backend = parseChoice("backend", value, CONORM_BACKEND_CUDA);
    return;
  case kProfile:
    return parseProfile(value, options);
  case kHelpOption:
    std::fputs(kHelp, stdout);
    options.done = true;
    return;
  case kVersion:
    printVersion();
    options.done = true;
    return;
  }
}

} // namespace

bool Options::isSource() const {
  return endsWith(input, ".mlir") || endsWith(input, ".mlirbc");
}

Options conorm::run::parseOptions(int argc, char **argv) {
  Options options;
  bool repeatGiven = false;
  opterr = 0;
  while (true) {
    int index = optind;
    int option = getopt_long(argc, argv, ":", kOptions, nullptr);
    if (option == -1)
      break;
    if (option == ':')
      usage(std::string(argv[optind - 1]) + ": expected a value, found none");
    if (option == '?') {
      std::string flag = argv[optind > index ? optind - 1 : index];
      usage("expected a known flag (see --help), found '" + flag + "'");
    }
    repeatGiven |= option == kRepeat;
    setOption(option, optarg ? optarg : "", options);
    if (options.done)
      return options;
  }
  if (optind == argc)
    usage("expected a .mlir file or a shared object, found none (see --help)");
  if (argc - optind > 1)
    usage("expected one file, found another: '" +
          std::string(argv[optind + 1]) + "'");
  options.input = argv[optind];
  if (options.compare && options.variantGiven)
    usage("--variant: expected no variant with --compare, which runs both");
  if (options.graph && options.backend != CONORM_BACKEND_CUDA)
    usage("--graph: expected --backend=cuda with it, found the backend " +
          std::string(enumName<conorm_backend>(options.backend)));
  bool hasStrategies = !options.comparedStrategies.empty();
  if (hasStrategies && (options.compare || options.strategyGiven))
    usage(std::string(options.compare ? "--compare" : "--strategy") +
          ": expected it without --compare-strategies");
  if (hasStrategies && options.profile)
    usage("--profile: expected it without --compare-strategies");
  if ((options.compare || options.profile || hasStrategies) && !repeatGiven)
    options.repeat = 5;
  return options;
}
