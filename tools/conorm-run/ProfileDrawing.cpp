//===- ProfileDrawing.cpp - Profiles as a drawing -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Profile.h"

#include "support/Names.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>

using conorm::rt::enumName;
using namespace conorm::run;

namespace {

constexpr double kWidth = 1000, kLeft = 84, kRight = 16, kTop = 74;
constexpr double kLane = 48, kGap = 34;

const char *colorOf(ProfileKind kind) {
  static const char *const colors[] = {"#4477aa", "#cc6677", "#ddaa33",
                                       "#aa4499", "#882255", "#228833",
                                       "#888888", "#eeeeee"};
  return colors[int(kind)];
}

std::string format(const char *pattern, ...)
    __attribute__((format(printf, 1, 2)));
std::string format(const char *pattern, ...) {
  char text[512];
  va_list values;
  va_start(values, pattern);
  std::vsnprintf(text, sizeof(text), pattern, values);
  va_end(values);
  return text;
}

std::string escape(const std::string &text) {
  std::string result;
  for (char c : text) {
    if (c == '<')
      result += "&lt;";
    else if (c == '&')
      result += "&amp;";
    else if (static_cast<unsigned char>(c) >= 0x20)
      result += c;
  }
  return result;
}

class Drawing {
public:
  Drawing(const std::string &entry, const std::vector<CallProfile> &profiles);
  std::string str() const { return svg + "</svg>\n"; }

private:
  void text(double x, double y, int size, const char *anchor,
            const std::string &content);
  void box(double x, double y, double width, double height, const char *color,
           const std::string &tip);
  void drawLegend();
  void drawAxis();
  void drawLane(const CallProfile &profile, double y);
  double at(double seconds) const {
    return kLeft + seconds / longest * (kWidth - kLeft - kRight);
  }

  const std::vector<CallProfile> &profiles;
  double longest = 1e-9;
  double bottom;
  std::string svg;
};

void Drawing::text(double x, double y, int size, const char *anchor,
                   const std::string &content) {
  svg += format("<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" "
                "text-anchor=\"%s\">",
                x, y, size, anchor) +
         escape(content) + "</text>\n";
}

void Drawing::box(double x, double y, double width, double height,
                  const char *color, const std::string &tip) {
  svg += format("<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" "
                "fill=\"%s\"",
                x, y, width, height, color);
  svg += tip.empty() ? "/>\n" : "><title>" + escape(tip) + "</title></rect>\n";
}

/// The kinds that there are.
void Drawing::drawLegend() {
  double x = kLeft;
  for (int i = 0; i < kProfileKinds; ++i) {
    ProfileKind kind = ProfileKind(i);
    bool isThere = std::any_of(
        profiles.begin(), profiles.end(), [&](const CallProfile &profile) {
          const ProfileSum sum = sumByKind(profile)[size_t(i)];
          return sum.operations || kind == ProfileKind::Between;
        });
    if (!isThere)
      continue;
    std::string name = nameOf(kind, profiles[0].backend);
    box(x, 36, 11, 11, colorOf(kind), "");
    text(x + 16, 46, 12, "start", name);
    x += 32 + 7.0 * double(name.size());
  }
}

/// About ten steps of 1, 2 or 5 times a power of ten.
void Drawing::drawAxis() {
  double step = std::pow(10.0, std::floor(std::log10(longest / 4)));
  for (double factor : {2.0, 2.5, 2.0})
    if (longest / step > 10)
      step *= factor;
  for (int i = 0; i * step <= longest; ++i) {
    double x = at(i * step);
    svg += format("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" "
                  "stroke=\"#ddd\"/>\n",
                  x, x, kTop - 8, bottom);
    text(x, bottom + 14, 11, "middle", format("%g", i * step * 1e6));
  }
  text(kWidth - kRight, bottom + 30, 11, "end", "us since the call began");
}

void Drawing::drawLane(const CallProfile &profile, double y) {
  text(kLeft - 8, y + kLane / 2, 13, "end",
       enumName<conorm_variant>(profile.variant));
  text(kLeft - 8, y + kLane / 2 + 16, 11, "end",
       format("%.1f us", profile.length() * 1e6));
  box(kLeft, y, at(profile.length()) - kLeft, kLane,
      colorOf(ProfileKind::Between), "");
  for (size_t i = 0; i < profile.operations.size(); ++i) {
    const CallProfile::Operation &operation = profile.operations[i];
    const CallProfile::Span &span = profile.mine()[i];
    double x = at(span.begin), width = at(span.end) - x;
    // A line of the background keeps neighbors apart.
    box(x, y, std::max(width - (width > 2 ? 0.6 : 0), 0.4), kLane,
        colorOf(operation.kind),
        operation.name + " at " + operation.site +
            format(": %.2f us", span.length() * 1e6));
    std::string name = nameOf(operation.kind, profile.backend);
    if (width < 30)
      continue;
    svg += "<g fill=\"white\">\n";
    if (width > 6.5 * double(name.size()) + 6)
      text(x + 3, y + 20, 11, "start", name);
    text(x + 3, y + 36, 11, "start", format("%.1f", span.length() * 1e6));
    svg += "</g>\n";
  }
}

Drawing::Drawing(const std::string &entry,
                 const std::vector<CallProfile> &profiles)
    : profiles(profiles) {
  for (const CallProfile &profile : profiles)
    longest = std::max(longest, profile.length());
  bottom = kTop + double(profiles.size()) * (kLane + kGap) - kGap + 8;
  svg = format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
               "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
               "font-family=\"sans-serif\">\n"
               "<rect width=\"%.0f\" height=\"%.0f\" fill=\"white\"/>\n",
               kWidth, bottom + 40, kWidth, bottom + 40, kWidth, bottom + 40);
  text(kWidth / 2, 22, 14, "middle",
       "One call of " + entry + ", rank 0 of " +
           std::to_string(profiles[0].lengths.size()) + " on " +
           enumName<conorm_backend>(profiles[0].backend));
  drawLegend();
  drawAxis();
  for (size_t i = 0; i < profiles.size(); ++i)
    drawLane(profiles[i], kTop + double(i) * (kLane + kGap));
}

} // namespace

std::string
conorm::run::drawProfiles(const std::string &entry,
                          const std::vector<CallProfile> &profiles) {
  return Drawing(entry, profiles).str();
}
