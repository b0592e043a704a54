#!/usr/bin/env python3
"""Prints the closing line of a lit run from its xUnit report.

Names what was skipped, and why, and what failed, then prints exactly
`N passed, N failed` or `N passed, N failed, N skipped`. Exits nonzero if
anything failed, or if nothing passed.
"""

import sys
import xml.etree.ElementTree


def main():
    root = xml.etree.ElementTree.parse(sys.argv[1]).getroot()
    passed, failed, skipped = 0, [], []
    for test in root.iter("testcase"):
        name = test.get("classname") + "/" + test.get("name")
        skip = test.find("skipped")
        if test.find("failure") is not None:
            failed.append(name)
        elif skip is not None and "not selected" in skip.get("message"):
            continue
        elif skip is not None:
            skipped.append((name, skip.get("message")))
        else:
            passed += 1
    for name, reason in skipped:
        # GTEST_SKIP() reaches lit as an interruption without a reason.
        if reason == "User interrupt":
            reason = "see the test"
        print("skipped: %s (%s)" % (name, reason))
    for name in failed:
        print("failed: " + name)
    line = "%d passed, %d failed" % (passed, len(failed))
    if skipped:
        line += ", %d skipped" % len(skipped)
    print(line)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
