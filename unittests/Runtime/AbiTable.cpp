//===- AbiTable.cpp - The table of the C ABI against the headers ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiles only if conorm-runtime/abi.def and the headers have the same
// enumerators, fields and signatures. test/Runtime/abi-table.test shows that it
// does not otherwise.
//
//===----------------------------------------------------------------------===//

#include "conorm-runtime/conorm.h"

#include <cstddef>
#include <type_traits>
#include <utility>

namespace {

//===----------------------------------------------------------------------===//
// Fields
//===----------------------------------------------------------------------===//

/// Initializes anything.
struct Anything {
  template <typename T>
  operator T() const;
};

template <size_t>
using AnythingFor = Anything;

template <typename T, size_t... I>
constexpr auto hasFields(std::index_sequence<I...>)
    -> decltype(T{AnythingFor<I>()...}, true) {
  return true;
}
template <typename T, size_t... I>
constexpr bool hasFields(...) {
  return false;
}

/// Whether the structure has `count` fields or more.
template <typename T, size_t count>
constexpr bool hasAtLeast = hasFields<T>(std::make_index_sequence<count>());

struct Field {
  size_t offset, size, alignment;
};

constexpr size_t alignTo(size_t offset, size_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

/// Whether the fields follow each other in this order, and nothing else fits in
/// between or behind.
template <size_t count>
constexpr bool areLaidOut(const Field (&fields)[count], size_t size,
                          size_t alignment) {
  size_t next = 0;
  for (const Field &field : fields) {
    if (field.offset != alignTo(next, field.alignment))
      return false;
    next = field.offset + field.size;
  }
  return size == alignTo(next, alignment);
}

template <typename T>
struct CheckFields;

// clang-format off
#define CONORM_ABI_STRUCT(NAME)                                                \
  template <>                                                                  \
  struct CheckFields<NAME> {                                                   \
    using S = NAME;                                                            \
    template <typename Type, typename Found>                                   \
    static constexpr Field check(size_t offset) {                              \
      static_assert(std::is_same_v<Type, Found>,                               \
                    #NAME " has a field of another type in the table");        \
      return {offset, sizeof(Type), alignof(Type)};                            \
    }                                                                          \
    static constexpr void run() {                                              \
      constexpr Field fields[] = {
#define CONORM_ABI_FIELD(TYPE, NAME, SINCE)                                    \
        check<TYPE, decltype(S::NAME)>(offsetof(S, NAME)),
#define CONORM_ABI_STRUCT_END(NAME)                                            \
      };                                                                       \
      constexpr size_t count = sizeof(fields) / sizeof(*fields);               \
      static_assert(!hasAtLeast<S, count + 1>,                                 \
                    #NAME " has a field that the table does not have");        \
      static_assert(areLaidOut(fields, sizeof(S), alignof(S)),                 \
                    #NAME " has its fields in another order");                 \
    }                                                                          \
  };
// clang-format on
#include "conorm-runtime/abi.def"

//===----------------------------------------------------------------------===//
// Enumerators
//===----------------------------------------------------------------------===//

#define CONORM_ABI_ENUMERATOR(NAME, NUMBER, TEXT)                              \
  static_assert(NAME == NUMBER, #NAME " has another number in the table");
#include "conorm-runtime/abi.def"

// A switch over an enumeration is warned about where it lacks an enumerator.
#pragma GCC diagnostic error "-Wswitch"
#define CONORM_ABI_ENUM(NAME)                                                  \
  [[maybe_unused]] constexpr bool isInTable(NAME value) {                      \
    switch (value) {
#define CONORM_ABI_ENUMERATOR(NAME, NUMBER, TEXT)                              \
  case NAME:                                                                   \
    return true;
#define CONORM_ABI_ENUM_END(NAME)                                              \
  }                                                                            \
  return false;                                                                \
  }
#include "conorm-runtime/abi.def"

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

#define CONORM_ABI_OPERATION(OP, FUNCTION, ARGS)                               \
  static_assert(                                                               \
      std::is_same_v<decltype(&FUNCTION),                                      \
                     conorm_status (*)(conorm_context *, const ARGS *)>,       \
      #FUNCTION " has another signature in the table");
#include "conorm-runtime/abi.def"

[[maybe_unused]] constexpr bool hasFunction(conorm_op op) {
  switch (op) {
#define CONORM_ABI_OPERATION(OP, FUNCTION, ARGS)                               \
  case OP:                                                                     \
    return true;
#include "conorm-runtime/abi.def"
  case CONORM_OP_NONE:
    return false;
  }
  return false;
}

} // namespace
