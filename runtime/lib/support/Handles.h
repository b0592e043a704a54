//===- Handles.h - Which handles are live -----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every handle that the C ABI gives out is in one table while it is live. The
// entry points look a handle up before they touch what it points to, and hold
// it until they return: one that was destroyed is an error, a second
// destruction does nothing, and one that is destroyed while another thread is
// in a call on it goes when that call returns.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_SUPPORT_HANDLES_H
#define CONORM_RUNTIME_LIB_SUPPORT_HANDLES_H

#include "Error.h"

#include <cstdint>

namespace conorm::rt {

enum class Handle : uint32_t { Context = 1, Module, Launch, Bootstrap };

/// Destroys the object behind a handle.
using DestroyHandle = void (*)(void *object);

/// Makes `object` live. An error if there are too many; it is not destroyed
/// then.
Error addHandle(Handle kind, void *object, DestroyHandle destroy);

/// Makes `object` unknown, and destroys it as soon as nobody uses it. False if
/// it is not live: then it is not touched.
bool removeHandle(Handle kind, const void *object);

/// Frees memory that was a handle's, but much later, so that a handle which was
/// destroyed is not soon another one's address.
void freeLater(void *memory);

/// The DestroyHandle of an object made by `new`.
template <typename T>
void destroyObject(void *object) {
  static_cast<T *>(object)->~T();
  freeLater(object);
}

/// Keeps a handle's object for the time of one call.
class HandleUse {
public:
  HandleUse(Handle kind, const void *object);
  ~HandleUse();
  HandleUse(const HandleUse &) = delete;
  HandleUse &operator=(const HandleUse &) = delete;

  /// Whether the handle is live. The object is not touched otherwise.
  explicit operator bool() const { return slot != nullptr; }

private:
  void *slot = nullptr;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_SUPPORT_HANDLES_H
