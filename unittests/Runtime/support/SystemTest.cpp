//===- SystemTest.cpp - Descriptors and peers, as the system gives them ---===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "support/System.h"
#include "control/Segment.h"

#include "gtest/gtest.h"

#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace conorm::rt;

namespace {

size_t countDescriptors() {
  auto entries = std::filesystem::directory_iterator("/proc/self/fd");
  return size_t(std::distance(begin(entries), end(entries)));
}

/// Two ends of a socket.
struct Pair {
  Pair() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      abort();
    here.reset(ends[0]);
    there.reset(ends[1]);
  }
  FileDescriptor here, there;
};

/// Sends one byte with `count` descriptors attached, in one message.
void sendMany(int socket, size_t count) {
  std::vector<int> numbers(count, STDERR_FILENO);
  std::vector<char> control(CMSG_SPACE(count * sizeof(int)));
  char byte = 'x';
  iovec vector{&byte, 1};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (count > 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), numbers.data(), count * sizeof(int));
  }
  ASSERT_EQ(sendmsg(socket, &message, 0), 1);
}

Transfer receiveOne(const Pair &pair, FileDescriptor &got) {
  char byte = 0;
  return receiveDescriptor(pair.here.get(), &byte, 1, got, Deadline(2000));
}

TEST(ReceiveDescriptor, IsClosedOnExec) {
  Pair pair;
  sendMany(pair.there.get(), 1);
  FileDescriptor got;
  ASSERT_EQ(receiveOne(pair, got), Transfer::Done);
  EXPECT_TRUE(fcntl(got.get(), F_GETFD) & FD_CLOEXEC);
}

// Zero are too few, two are surplus, and 200 do not fit where the control data
// goes, so that the system cuts them off.
TEST(ReceiveDescriptor, RefusesAnyOtherNumberAndKeepsNone) {
  for (size_t count : {0, 2, 200}) {
    Pair pair;
    size_t before = countDescriptors();
    sendMany(pair.there.get(), count);
    FileDescriptor got;
    EXPECT_EQ(receiveOne(pair, got), Transfer::Failed) << count;
    EXPECT_FALSE(got) << count;
    EXPECT_EQ(countDescriptors(), before) << count;
  }
}

TEST(ReceiveDescriptor, TellsAnEndFromSilence) {
  FileDescriptor got;
  Pair silent;
  char byte;
  EXPECT_EQ(receiveDescriptor(silent.here.get(), &byte, 1, got, Deadline(20)),
            Transfer::TimedOut);
  Pair ended;
  ended.there.reset();
  EXPECT_EQ(receiveOne(ended, got), Transfer::Closed);
}

TEST(ReceiveDescriptor, SaysThatThereIsNoRoom) {
  Pair pair;
  sendMany(pair.there.get(), 1);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit full = before;
  full.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &full), 0);
  FileDescriptor got;
  Transfer outcome = receiveOne(pair, got);
  std::string text = systemError("taking it").message;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(outcome, Transfer::NoRoom);
  EXPECT_EQ(text, "taking it: Too many open files (RLIMIT_NOFILE is 0 "
                  "descriptors, see ulimit -n)");
}

// A page that the system cannot give later would be a SIGBUS.
TEST(Segment, HasItsPagesFromTheBeginning) {
  std::shared_ptr<Segment> segment;
  ASSERT_FALSE(Segment::create(1 << 20, segment));
  struct stat info;
  ASSERT_EQ(fstat(segment->descriptor(), &info), 0);
  EXPECT_GE(info.st_blocks * 512, 1 << 20);
}

TEST(GetHostIdentity, SaysWhatItNeedsWithoutProc) {
  if (geteuid() != 0)
    GTEST_SKIP() << "only root can change its root directory";
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    HostIdentity identity;
    Error error;
    if (chroot("/dev") == 0)
      error = getHostIdentity(identity);
    if (write(ends[1], error.message.data(), error.message.size()) < 0)
      _exit(1);
    _exit(0);
  }
  close(ends[1]);
  char text[512];
  ssize_t size = read(ends[0], text, sizeof(text));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::string(text, size),
            "cannot read /proc/sys/kernel/random/boot_id: No such file or "
            "directory; ranks are told to be on one machine by it, expected "
            "/proc to be mounted");
}

TEST(PeerIsThisUser, KnowsItself) {
  Pair pair;
  unsigned uid = ~0u;
  EXPECT_TRUE(peerIsThisUser(pair.here.get(), uid));
  EXPECT_EQ(uid, geteuid());
}

TEST(PeerIsThisUser, KnowsAStranger) {
  if (geteuid() != 0)
    GTEST_SKIP() << "only root can become another user";
  std::string name = "conorm-system-test-" + std::to_string(getpid());
  FileDescriptor listener, connection;
  ASSERT_FALSE(listenAbstract(name, 1, listener));
  constexpr unsigned stranger = 65534;
  pid_t child = fork();
  if (child == 0) {
    FileDescriptor socket;
    char byte;
    // Stays until the other side has looked.
    bool stayed =
        setuid(stranger) == 0 && connectAbstract(name, socket) == 0 &&
        receiveAll(socket.get(), &byte, 1, Deadline(5000)) == Transfer::Closed;
    _exit(stayed ? 0 : 1);
  }
  ASSERT_EQ(acceptConnection(listener.get(), connection, Deadline(5000)),
            Transfer::Done);
  unsigned uid = 0;
  EXPECT_FALSE(peerIsThisUser(connection.get(), uid));
  EXPECT_EQ(uid, stranger);
  connection.reset();
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

} // namespace
