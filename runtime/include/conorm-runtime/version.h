//===- version.h - Version of the Conorm runtime ABI --------------*- C -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The compatibility rule, in one place:
//  * Every structure that crosses the ABI starts with `struct_size`, the size
//    that the caller was compiled with. Fields are only ever appended, or take
//    the place of a field `reserved`, which callers set to zero.
//  * A structure smaller than the runtime's is an older caller's: the missing
//    fields read as zero, and zero always means "as before".
//  * A structure larger than the runtime's is a newer caller's: it is accepted
//    when all bytes that the runtime does not know are zero, and refused with
//    CONORM_ERROR_VERSION otherwise. So is a `struct_size` that no version can
//    have, 0 among them, and a field `reserved` that is not zero.
//  * A structure that the runtime fills in starts with the caller's
//    `struct_size` as well, and is not written behind it.
//  * A compiled artifact carries the major and minor it was built with. Another
//    major is refused. A newer minor is refused as well, since the artifact may
//    call entry points that this runtime lacks; an older minor is accepted.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_VERSION_H
#define CONORM_RUNTIME_VERSION_H

#define CONORM_ABI_VERSION_MAJOR 1
#define CONORM_ABI_VERSION_MINOR 6

#endif // CONORM_RUNTIME_VERSION_H
