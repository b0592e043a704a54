//===- Process.cpp - What belongs to this process alone -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Process.h"

#include "System.h"

#include <algorithm>
#include <mutex>
#include <pthread.h>
#include <sys/mman.h>
#include <vector>

using namespace conorm::rt;

/// A word that the kernel clears in every child that has memory of its own,
/// also where no handlers of pthread_atfork() run. Null on a kernel that
/// cannot.
static std::atomic<uint64_t> *makeMarkWord() {
  size_t bytes = size_t(sysconf(_SC_PAGESIZE));
  void *page = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    return nullptr;
  if (madvise(page, bytes, MADV_WIPEONFORK) != 0) {
    munmap(page, bytes);
    return nullptr;
  }
  return static_cast<std::atomic<uint64_t> *>(page);
}

uint64_t conorm::rt::processMark() {
  static std::atomic<uint64_t> *const word = makeMarkWord();
  if (!word)
    return uint64_t(getpid());
  uint64_t mark = word->load(std::memory_order_relaxed);
  if (mark)
    return mark;
  Nonce nonce{};
  if (makeNonce(nonce))
    nonce.words[0] = uint64_t(now()) << 22 ^ uint64_t(getpid());
  // Another thread may be first.
  if (word->compare_exchange_strong(mark, nonce.words[0] | 1))
    return nonce.words[0] | 1;
  return mark;
}

namespace {
struct Descriptors {
  std::mutex mutex;
  std::vector<int> open;
};
} // namespace

/// Never destroyed: a process may fork while it ends.
static Descriptors &descriptors() {
  static Descriptors *const instance = new Descriptors;
  return *instance;
}

static void lockDescriptors() { descriptors().mutex.lock(); }
static void unlockDescriptors() { descriptors().mutex.unlock(); }
static void closeDescriptors() {
  for (int fd : descriptors().open)
    close(fd);
  descriptors().open.clear();
  descriptors().mutex.unlock();
}

void conorm::rt::closeInChildren(int fd) {
  // Without the handlers, which take memory, the parent's death is seen by its
  // process descriptor alone.
  static const int registered =
      pthread_atfork(lockDescriptors, unlockDescriptors, closeDescriptors);
  (void)registered;
  std::lock_guard<std::mutex> lock(descriptors().mutex);
  descriptors().open.push_back(fd);
}

bool conorm::rt::forgetInChildren(int fd) {
  std::lock_guard<std::mutex> lock(descriptors().mutex);
  std::vector<int> &open = descriptors().open;
  auto at = std::find(open.begin(), open.end(), fd);
  if (at == open.end())
    return false;
  open.erase(at);
  return true;
}
