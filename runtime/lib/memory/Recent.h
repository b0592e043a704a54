//===- Recent.h - What was used most recently -------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MEMORY_RECENT_H
#define CONORM_RUNTIME_LIB_MEMORY_RECENT_H

#include "support/Hash.h"

#include <list>
#include <unordered_map>

namespace conorm::rt::memory {

/// Values by keys of words, of which the `capacity` most recently used are
/// kept. A value stays where it is until it goes.
template <typename Value>
class Recent {
public:
  using Key = std::vector<uint64_t>;
  explicit Recent(size_t capacity) : capacity(capacity) {}

  /// Null if there is none.
  Value *find(const Key &key) {
    auto at = places.find(key);
    if (at == places.end())
      return nullptr;
    order.splice(order.begin(), order, at->second);
    return &order.front().second;
  }

  Value &insert(const Key &key, Value value) {
    order.emplace_front(key, std::move(value));
    places[key] = order.begin();
    if (order.size() > capacity) {
      places.erase(order.back().first);
      order.pop_back();
    }
    return order.front().second;
  }

  size_t size() const { return order.size(); }

  template <typename Visit>
  void forEach(Visit visit) {
    for (auto &entry : order)
      visit(entry.second);
  }

private:
  struct HashKey {
    size_t operator()(const Key &key) const {
      return size_t(hashWords(key.data(), key.size()));
    }
  };
  using Order = std::list<std::pair<Key, Value>>;
  Order order;
  std::unordered_map<Key, typename Order::iterator, HashKey> places;
  size_t capacity;
};

} // namespace conorm::rt::memory

#endif // CONORM_RUNTIME_LIB_MEMORY_RECENT_H
