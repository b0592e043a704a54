//===- main.cpp - The program conorm-fuzz ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// conorm-fuzz [--seed=N] [--count=N]: random modules, fused and unfused, must
// give the bits on every rank that their source means.
// conorm-fuzz --check SETUP... FILE: the same for one module.
// conorm-fuzz --print --seed=N: the module of a seed.
//
//===----------------------------------------------------------------------===//

#include "Campaign.h"
#include "conorm/Tools/Process.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <unistd.h>

using namespace conorm::fuzz;

static constexpr const char *usage =
    R"(usage: conorm-fuzz [option...]
       conorm-fuzz --check [option...] FILE
       conorm-fuzz --print [--seed=N]

  --seed=N         the first seed (1)
  --count=N        the number of modules (400)
  --output=DIR     where failures are saved (.)
  --no-shrink      do not run conorm-reduce on failures
  --keep-going     go on after a failure
  --one-shot       bufferize each module by upstream's one-shot analysis, too,
                   not only every sixteenth
  --quantize=0|1, --sandwich=0|1
                   leave these out, or put them in

  --check          compile and run one module in all variants
  --ranks=N --strategy=N --workspace=N --data=N --sizes=H,T,B
                   how it runs, as a failure's report says
  --expect=NAME    exit with 1 only for this failure: compile, run, bits, order,
                   argument, crash
)";

namespace {
struct Arguments {
  Options options;
  Setup setup;
  std::string mode, expect, file;
};
} // namespace

[[noreturn]] static void fail(const std::string &text) {
  std::cerr << "conorm-fuzz: " << text << "\n" << usage;
  std::exit(2);
}

static uint64_t toNumber(const std::string &name, const std::string &text) {
  char *end = nullptr;
  uint64_t number = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || *end)
    fail("expected a number in " + name + ", found '" + text + "'");
  return number;
}

static void setSizes(Setup &setup, const std::string &text) {
  size_t begin = 0;
  for (int64_t &size : setup.sizes) {
    size_t end = std::min(text.find(',', begin), text.size());
    size = int64_t(toNumber("--sizes", text.substr(begin, end - begin)));
    begin = std::min(end + 1, text.size());
  }
}

static void setOption(Arguments &arguments, const std::string &name,
                      const std::string &value) {
  Options &options = arguments.options;
  Setup &setup = arguments.setup;
  if (name == "--seed")
    options.seed = toNumber(name, value);
  else if (name == "--count")
    options.count = toNumber(name, value);
  else if (name == "--output")
    options.output = value;
  else if (name == "--no-shrink")
    options.shrink = false;
  else if (name == "--keep-going")
    options.keepGoing = true;
  else if (name == "--one-shot")
    options.isOneShot = true;
  else if (name == "--quantize")
    options.features.quantize = toNumber(name, value);
  else if (name == "--sandwich")
    options.features.sandwich = toNumber(name, value);
  else if (name == "--check" || name == "--print")
    arguments.mode = name;
  else if (name == "--ranks")
    setup.ranks = int(toNumber(name, value));
  else if (name == "--strategy")
    setup.strategy = uint32_t(toNumber(name, value));
  else if (name == "--workspace")
    setup.workspaceBytes = toNumber(name, value);
  else if (name == "--data")
    setup.dataSeed = toNumber(name, value);
  else if (name == "--sizes")
    setSizes(setup, value);
  else if (name == "--expect")
    arguments.expect = value;
  else
    fail("unknown option '" + name + (value.empty() ? "" : "=" + value) + "'");
}

static int checkFile(const Arguments &arguments) {
  std::ifstream stream(arguments.file);
  if (!stream)
    fail("expected a file, found no '" + arguments.file + "'");
  std::string text(std::istreambuf_iterator<char>(stream), {}), message;
  Failure failure = checkInProcess(text, arguments.setup, message);
  if (failure == Failure::None) {
    std::cout << "no failure\n";
    return 0;
  }
  std::cout << getFailureName(failure) << ": " << message << "\n";
  return arguments.expect.empty() ||
         arguments.expect == getFailureName(failure);
}

int main(int argc, char **argv) {
  conorm::initProcess("conorm-fuzz");
  Arguments arguments;
  char self[4096];
  ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
  arguments.options.self = std::string(self, length > 0 ? length : 0);
  arguments.options.reduce =
      arguments.options.self.substr(0, arguments.options.self.rfind('/')) +
      "/conorm-reduce";
  for (int i = 1; i < argc; ++i) {
    std::string text = argv[i];
    size_t equals = text.find('=');
    if (text == "--help") {
      std::cout << usage;
      return 0;
    }
    if (text.rfind("--", 0) != 0)
      arguments.file = text;
    else
      setOption(arguments, text.substr(0, equals),
                equals == std::string::npos ? "" : text.substr(equals + 1));
  }
  if (arguments.mode == "--check")
    return checkFile(arguments);
  if (arguments.mode == "--print") {
    GeneratedModule module =
        generate(arguments.options.seed, arguments.options.features);
    std::cout << "// " << module.setup.toOptions() << "\n" << module.text;
    return 0;
  }
  return runCampaign(arguments.options) ? 1 : 0;
}
