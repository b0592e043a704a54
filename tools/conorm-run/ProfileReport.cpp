//===- ProfileReport.cpp - Profiles as a table, JSON and a trace ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Profile.h"

#include "Json.h"

#include "support/Names.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

using conorm::rt::enumName;
using namespace conorm::run;

namespace {

const char *variantName(const CallProfile &profile) {
  return enumName<conorm_variant>(profile.variant);
}

double percentOf(double seconds, const CallProfile &profile) {
  return profile.length() > 0 ? 100 * seconds / profile.length() : 0;
}

/// "3 kernels", "1 copy".
std::string countText(uint64_t count, uint32_t kind) {
  std::string name = enumName<conorm_work_kind>(kind);
  if (count != 1)
    name = name == "copy" ? "copies" : name + "s";
  return std::to_string(count) + " " + name;
}

void printWork(const CallProfile &profile) {
  uint64_t counts[CONORM_WORK_OTHER + 1] = {};
  for (const CallProfile::Work &work : profile.work)
    counts[std::min<uint32_t>(work.kind, CONORM_WORK_OTHER)] += work.count;
  std::string text;
  for (uint32_t kind = 0; kind < CONORM_WORK_OTHER; ++kind)
    text += (kind ? ", " : "") + countText(counts[kind], kind);
  if (counts[CONORM_WORK_OTHER])
    text += ", " + std::to_string(counts[CONORM_WORK_OTHER]) + " others";
  std::printf("a call (%s) launches %s:\n", variantName(profile), text.c_str());
  for (const CallProfile::Work &work : profile.work)
    std::printf("%6" PRIu64 "  %s %s\n", work.count,
                enumName<conorm_work_kind>(work.kind), work.name.c_str());
}

std::string sumJson(const ProfileSum &sum, const CallProfile &profile) {
  JsonObject item;
  item.add("kind", std::string(nameOf(sum.kind, profile.backend)));
  if (!sum.name.empty()) {
    item.add("name", sum.name);
    item.add("site", sum.site);
  }
  item.add("us", sum.seconds * 1e6);
  item.add("percent", percentOf(sum.seconds, profile));
  item.add("operations", sum.operations);
  return item.str();
}

std::string metadataJson(const char *what, size_t process, size_t thread,
                         const std::string &name) {
  JsonObject names, event;
  names.add("name", name);
  event.add("name", std::string(what));
  event.add("ph", std::string("M"));
  event.add("pid", uint64_t(process));
  event.add("tid", uint64_t(thread));
  event.addRaw("args", names.str());
  return event.str();
}

std::string eventJson(const std::string &name, const std::string &category,
                      const std::string &site, const CallProfile::Span &span,
                      size_t process, size_t thread) {
  JsonObject args, event;
  args.add("site", site);
  event.add("name", name);
  event.add("cat", category);
  event.add("ph", std::string("X"));
  event.add("ts", span.begin * 1e6);
  event.add("dur", span.length() * 1e6);
  event.add("pid", uint64_t(process));
  event.add("tid", uint64_t(thread));
  event.addRaw("args", args.str());
  return event.str();
}

} // namespace

void conorm::run::printProfile(const CallProfile &profile) {
  std::printf("\nprofile (%s): %.1f us, the median of %d calls, on rank 0 of "
              "%zu\n",
              variantName(profile), profile.length() * 1e6, profile.calls,
              profile.lengths.size());
  std::printf("%12s  %6s  %5s  %s\n", "us", "share", "calls", "kind");
  for (const ProfileSum &sum : sumByKind(profile)) {
    bool isBetween = sum.kind == ProfileKind::Between;
    if (!sum.operations && !isBetween)
      continue;
    std::printf("%12.1f  %5.1f%%  %5s  %s\n", sum.seconds * 1e6,
                percentOf(sum.seconds, profile),
                isBetween ? "" : std::to_string(sum.operations).c_str(),
                nameOf(sum.kind, profile.backend));
  }
  std::printf("%12s  %6s  %5s  %s\n", "us", "share", "calls", "site");
  for (const ProfileSum &sum : sumBySite(profile))
    std::printf("%12.1f  %5.1f%%  %5" PRIu64 "  %s %s: %s\n", sum.seconds * 1e6,
                percentOf(sum.seconds, profile), sum.operations,
                sum.site.c_str(), nameOf(sum.kind, profile.backend),
                sum.name.c_str());
  if (profile.backend != CONORM_BACKEND_CPU)
    printWork(profile);
}

std::string conorm::run::profileJson(const CallProfile &profile) {
  JsonObject object;
  object.add("variant", std::string(variantName(profile)));
  object.add("us", profile.length() * 1e6);
  object.add("calls", uint64_t(profile.calls));
  std::vector<std::string> kinds, sites, work;
  for (const ProfileSum &sum : sumByKind(profile))
    kinds.push_back(sumJson(sum, profile));
  object.addRaw("kinds", arrayJson(kinds));
  for (const ProfileSum &sum : sumBySite(profile))
    sites.push_back(sumJson(sum, profile));
  object.addRaw("sites", arrayJson(sites));
  if (profile.backend == CONORM_BACKEND_CPU)
    return object.str();
  for (const CallProfile::Work &done : profile.work) {
    JsonObject item;
    item.add("kind", std::string(enumName<conorm_work_kind>(done.kind)));
    item.add("name", done.name);
    item.add("count", done.count);
    work.push_back(item.str());
  }
  object.addRaw("work", arrayJson(work));
  return object.str();
}

std::string conorm::run::traceJson(const std::string &entry,
                                   const std::vector<CallProfile> &profiles) {
  std::vector<std::string> events;
  for (size_t process = 0; process < profiles.size(); ++process) {
    const CallProfile &profile = profiles[process];
    std::string name = entry + " (" + variantName(profile) + ")";
    events.push_back(metadataJson("process_name", process, 0, name));
    for (size_t rank = 0; rank < profile.spans.size(); ++rank) {
      events.push_back(metadataJson("thread_name", process, rank,
                                    "rank " + std::to_string(rank)));
      events.push_back(eventJson(name, "call", "", {0, profile.lengths[rank]},
                                 process, rank));
      for (size_t i = 0; i < profile.spans[rank].size(); ++i) {
        const CallProfile::Operation &operation = profile.operations[i];
        events.push_back(
            eventJson(operation.name, nameOf(operation.kind, profile.backend),
                      operation.site, profile.spans[rank][i], process, rank));
      }
    }
  }
  JsonObject trace;
  trace.addRaw("traceEvents", arrayJson(events));
  trace.add("displayTimeUnit", std::string("ns"));
  return trace.str() + "\n";
}
