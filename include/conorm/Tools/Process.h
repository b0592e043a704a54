//===- Process.h - What a program inherits ----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Standard streams and signals, as every program of the project sets them
// before it does anything else. Needs no LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_PROCESS_H
#define CONORM_TOOLS_PROCESS_H

#include <string>

namespace conorm {

/// Makes the process independent of what its parent left it, and the exit code
/// that of a failure if standard output (C's `stdout`) could not be written.
///
/// - Descriptors 0 to 2 that are closed are opened, so that no other file gets
///   their numbers. Reading and writing the first two fails, as before;
///   diagnostics are dropped.
/// - No signal is blocked. SIGCHLD, SIGTERM, SIGINT and SIGALRM have their
///   default actions. SIGHUP stays ignored where it was, for nohup.
/// - Writing to a closed pipe, or beyond a limit on the size of files, is an
///   error of the write, not the end of the process. Programs that this one
///   executes have the default actions again.
///
/// `program` is what messages begin with.
void initProcess(const char *program);

/// Does the part about signals again, after a library (LLVM, MPI) has installed
/// handlers of its own for the signals of failed writes and for SIGHUP.
void reclaimSignals();

/// Whether the parent had SIGHUP ignored.
bool isHangupIgnored();

/// Prints an error that standard output could not be written, and why, on
/// standard error, and ends the process at once.
[[noreturn]] void exitOnFailedOutput(const std::string &reason);

} // namespace conorm

#endif // CONORM_TOOLS_PROCESS_H
