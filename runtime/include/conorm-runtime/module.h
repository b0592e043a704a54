//===- module.h - Compiled artifacts and their manifest -----------*- C -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `conorm-compile` writes a shared object that exports one data symbol,
// `conorm_manifest`. A C program reads it with dlsym alone, or uses the loader
// below, which checks versions, binds groups and packs arguments.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_MODULE_H
#define CONORM_RUNTIME_MODULE_H

#include "conorm-runtime/device.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CONORM_MANIFEST_SYMBOL "conorm_manifest"
/// "CONORM\0\1" in memory order.
#define CONORM_MANIFEST_MAGIC 0x01004d524f4e4f43ull
/// Size of a dimension that is known only at run time.
#define CONORM_DYNAMIC INT64_MIN

/// A manifest has no more: rank of a value; entries, groups, and arguments or
/// results of one entry; arguments and results of all entries, and ranks of one
/// group; bytes of a text. conorm_module_open() takes more for damage.
#define CONORM_MAX_MANIFEST_RANK 32u
#define CONORM_MAX_MANIFEST_COUNT 65536u
#define CONORM_MAX_MANIFEST_VALUES (1u << 20)
#define CONORM_MAX_MANIFEST_TEXT (1u << 20)

typedef enum conorm_value_kind {
  CONORM_VALUE_TENSOR = 0,
  CONORM_VALUE_SCALAR = 1
} conorm_value_kind;

/// Argument flags, from the attributes comm.per_rank and comm.donated.
typedef enum conorm_value_flags {
  /// Each rank has its own data; otherwise all ranks pass equal data.
  CONORM_VALUE_PER_RANK = 1,
  /// The callee may overwrite the buffer.
  CONORM_VALUE_DONATED = 2
} conorm_value_flags;

/// Type of one argument or result.
typedef struct conorm_value_desc {
  uint32_t struct_size;
  /// A conorm_value_kind.
  uint32_t kind;
  uint32_t element_type;
  /// conorm_value_flags, combined.
  uint32_t flags;
  uint32_t rank;
  uint32_t reserved;
  /// `rank` sizes, CONORM_DYNAMIC where unknown.
  const int64_t *shape;
  /// Since version 1.1: the argument's name in the program; NULL if it has
  /// none, and for results.
  const char *name;
} conorm_value_desc;

typedef enum conorm_variant {
  CONORM_VARIANT_FUSED = 0,
  CONORM_VARIANT_UNFUSED = 1
} conorm_variant;

/// Compiled code of an entry. args[i] points to a memref descriptor {void
/// *allocated, void *aligned, int64_t offset, int64_t sizes[rank], int64_t
/// strides[rank]} for a tensor, or to the value for a scalar. `results` points
/// to a C structure of such descriptors and scalars in order; the caller frees
/// each `allocated` with free(). Errors are the context's.
typedef void (*conorm_entry_fn)(conorm_context *context, void *const *args,
                                void *results);

typedef struct conorm_entry {
  uint32_t struct_size;
  /// A conorm_variant.
  uint32_t variant;
  const char *name;
  conorm_entry_fn function;
  uint32_t num_args;
  uint32_t num_results;
  const conorm_value_desc *args;
  const conorm_value_desc *results;
} conorm_entry;

/// All arrays of structures advance by the `struct_size` of their elements.
typedef struct conorm_manifest {
  uint64_t magic;
  uint32_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;
  /// A conorm_backend.
  uint32_t backend;
  /// Version of the compiler, for people.
  const char *producer;
  uint32_t num_entries;
  uint32_t num_groups;
  const conorm_entry *entries;
  const conorm_group *groups;
  /// Since version 1.4: the processor that the code is for, as LLVM names it
  /// ("x86-64-v3"); NULL if nothing is recorded.
  const char *processor;
  /// Since version 1.4: what the code needs of the processor it runs on: LLVM's
  /// names of extensions, with commas between ("avx2,bmi,fma"). NULL if nothing
  /// is recorded, as on architectures other than x86-64.
  const char *processor_features;
  /// Since version 1.5: a conorm_numerics, which all collectives of the code
  /// ask for.
  uint32_t numerics;
  uint32_t reserved;
  /// Since version 1.6: what of the program lies on the device; NULL for the
  /// CPU backend.
  const conorm_device_program *device_program;
} conorm_manifest;

typedef struct conorm_module conorm_module;

/// Loads an artifact, and checks its manifest and that this processor can run
/// its code. On error `*out` is NULL and the message says what was expected and
/// what was found.
CONORM_API conorm_status conorm_module_open(const char *path,
                                            conorm_module **out, char *message,
                                            size_t message_size);

/// Since version 1.4. The same for a reader of the manifest, which may be of an
/// artifact for another processor: its entries cannot be invoked.
CONORM_API conorm_status conorm_module_inspect(const char *path,
                                               conorm_module **out,
                                               char *message,
                                               size_t message_size);

/// Since version 1.4. The same for code that is in this process already, such
/// as code compiled just in time. The module keeps copies of the manifest's
/// arrays; the texts and the code stay the caller's and outlive the module.
CONORM_API conorm_status conorm_module_from_manifest(
    const conorm_manifest *manifest, conorm_module **out, char *message,
    size_t message_size);

/// Closes a module, once no call runs on it. Its manifest and entries are gone
/// then, and using them is undefined. The module itself is an error afterwards
/// where a function returns a status and NULL where it returns a pointer;
/// closing it again does nothing. Its address is used again after many others
/// have been closed. NULL is allowed.
CONORM_API void conorm_module_close(conorm_module *module);
CONORM_API const conorm_manifest *
conorm_module_manifest(const conorm_module *module);

/// Entry of that name and variant; NULL if there is none. A NULL name finds the
/// only entry of the variant, NULL if there are several.
CONORM_API const conorm_entry *conorm_module_find(const conorm_module *module,
                                                  const char *name,
                                                  uint32_t variant);

/// A contiguous tensor or a scalar, as passed to and got from an entry. Tensors
/// lie in the memory of the context's backend, scalars on the host.
typedef struct conorm_buffer {
  uint32_t struct_size;
  uint32_t element_type;
  uint32_t rank;
  /// Since version 1.6: a conorm_memory.
  uint32_t memory;
  void *data;
  /// `rank` sizes. Of a result of conorm_module_invoke(): owned by the buffer.
  const int64_t *shape;
  /// Of such a result: what conorm_buffer_release() frees. Else neither read
  /// nor written.
  void *owner;
} conorm_buffer;

/// Makes the artifact's groups (collective over the world, once per context).
/// Since version 1.6: and brings its program to the context's device, all of
/// its kernels and constants, where it stays until the context ends. An
/// artifact for another backend is CONORM_ERROR_INVALID_ARGUMENT, one without
/// code for the device CONORM_ERROR_UNSUPPORTED.
CONORM_API conorm_status conorm_module_bind(const conorm_module *module,
                                            conorm_context *context);

/// Calls an entry: checks number, types and shapes of the arguments, packs
/// them, and makes results contiguous. Returns the context's status. On success
/// each result is released with conorm_buffer_release(); otherwise there is
/// none.
///
/// Since version 1.6, on a context whose backend has a device: the call is
/// enqueued, and results are buffers of the device that are defined once it is
/// complete. The first call of an entry with certain sizes and scalars runs its
/// host code once more beforehand, with operations that do nothing, to lay out
/// the memory it takes: ranks of one process that share a device wait there for
/// one another. Afterwards nothing is allocated for calls with these sizes.
CONORM_API conorm_status conorm_module_invoke(
    const conorm_module *module, const conorm_entry *entry,
    conorm_context *context, const conorm_buffer *args, size_t num_args,
    conorm_buffer *results, size_t num_results);

/// Releases a result of conorm_module_invoke(), or a buffer from
/// conorm_buffer_create(). A second release of the same structure does nothing;
/// releasing a copy of it, too, is undefined. Memory of a device is used again
/// by calls that are made later on the same context, and gone with the context.
CONORM_API void conorm_buffer_release(conorm_buffer *buffer);

/// Since version 1.4. Calls an entry and writes its results into buffers of the
/// caller, which have the type and shape of the results: `data` and `shape` of
/// each are the caller's before and after, and nothing is to be released. Sizes
/// that are dynamic are those that the call will make. Buffers of results
/// overlap neither each other nor an argument, unless that is donated. What
/// does not match is CONORM_ERROR_INVALID_ARGUMENT; without CONORM_OK nothing
/// has been written. A size that only the entry knows is checked after it ran:
/// the peers have finished their calls by then. Since version 1.6, on a
/// context whose backend has a device: the entry writes into these buffers
/// where it can, without a copy; sizes are checked before it runs; the contents
/// are undefined if the call fails later.
CONORM_API conorm_status conorm_module_invoke_into(
    const conorm_module *module, const conorm_entry *entry,
    conorm_context *context, const conorm_buffer *args, size_t num_args,
    const conorm_buffer *results, size_t num_results);

//===----------------------------------------------------------------------===//
// Memory of the context's backend
//===----------------------------------------------------------------------===//

/// Since version 1.6. Makes a buffer for a tensor in the memory of the
/// context's backend: of its device, or of the host. Its data are undefined.
/// `shape` is copied. It is released with conorm_buffer_release().
CONORM_API conorm_status conorm_buffer_create(conorm_context *context,
                                              uint32_t element_type,
                                              uint32_t rank,
                                              const int64_t *shape,
                                              conorm_buffer *out);

/// Since version 1.6. Copies all `bytes` bytes of a buffer of the context from
/// or to the host's memory. They come after the calls so far, and are complete
/// on return. An observer may call them.
CONORM_API conorm_status conorm_buffer_write(conorm_context *context,
                                             const conorm_buffer *buffer,
                                             const void *from, uint64_t bytes);
CONORM_API conorm_status conorm_buffer_read(conorm_context *context,
                                            const conorm_buffer *buffer,
                                            void *to, uint64_t bytes);

/// Since version 1.6. Whether entries are captured in CUDA graphs: the first
/// call with certain sizes and scalars is captured, and all are replays of
/// that. Other addresses of arguments, or of the caller's buffers for results,
/// make one call cost as much as without a graph. Results of
/// conorm_module_invoke() lie in buffers of the graph, which its next replay
/// overwrites: each is to be read, or copied, before, and released
/// nevertheless. Observers see what is captured, not what is replayed.
/// CONORM_ERROR_UNSUPPORTED if `enabled` is not 0 and the backend has no
/// device.
CONORM_API conorm_status conorm_context_set_graphs(conorm_context *context,
                                                   uint32_t enabled);

/// Memory of a context on its device, bytes.
typedef struct conorm_memory_report {
  uint32_t struct_size;
  /// Plans, of an entry with certain sizes and scalars, that are kept; and
  /// graphs.
  uint32_t num_plans;
  uint32_t num_graphs;
  uint32_t reserved;
  /// What the entry that was called last takes while it runs, besides its
  /// arguments and results; and its results.
  uint64_t plan_bytes;
  uint64_t result_bytes;
  /// What all entries share while they run: the largest plan so far.
  uint64_t arena_bytes;
  /// Buffers that were not released.
  uint64_t buffer_bytes;
} conorm_memory_report;

/// Since version 1.6. Fills `report`, the `struct_size` of which is set. All
/// are 0 if the backend has no device.
CONORM_API conorm_status conorm_context_memory(conorm_context *context,
                                               conorm_memory_report *report);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // CONORM_RUNTIME_MODULE_H
