//===- LaunchVariablesTest.cpp - What launchers say of the world ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Cases that are decided before MPI is loaded, and, in processes of their own,
// those where MPI has the last word.
//
//===----------------------------------------------------------------------===//

#include "LaunchEnvironment.h"
#include "RankRunner.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <algorithm>

using namespace conorm::test;
using testing::Each;
using testing::HasSubstr;
using testing::MatchesRegex;

namespace {

using Variables = std::vector<std::pair<const char *, const char *>>;

void setAll(const Variables &variables) {
  clearEnvironment();
  for (auto [name, value] : variables)
    setenv(name, value, 1);
}

/// "rank R of N", "none", or the reason of a failure.
std::string find(const Variables &variables) {
  setAll(variables);
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  int32_t found = 7;
  char message[512];
  conorm_status status = conorm_bootstrap_from_environment(
      &bootstrap, &found, message, sizeof(message));
  clearEnvironment();
  if (status != CONORM_OK)
    return found ? "found with an error" : message;
  if (!found)
    return "none";
  std::string text = "rank " + std::to_string(bootstrap.rank) + " of " +
                     std::to_string(bootstrap.world_size);
  conorm_bootstrap_release(&bootstrap);
  return text;
}

/// The same in a process of its own, which may initialize MPI.
std::string findWithMpi(const Variables &variables) {
  return runForked(1, [&](int) { return find(variables); })[0];
}

const Variables torchrunOf2 = {{"RANK", "1"},
                               {"WORLD_SIZE", "2"},
                               {"MASTER_ADDR", "localhost"},
                               {"MASTER_PORT", "29500"}};

Variables with(Variables variables, const Variables &more) {
  variables.insert(variables.end(), more.begin(), more.end());
  return variables;
}

TEST(LaunchVariables, ofMpiComeInPairs) {
  for (auto [size, rank] :
       {std::pair("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
        {"MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"},
        {"MVP_COMM_WORLD_SIZE", "MVP_COMM_WORLD_RANK"},
        {"JSM_NAMESPACE_SIZE", "JSM_NAMESPACE_RANK"},
        {"FLUX_JOB_SIZE", "FLUX_TASK_RANK"},
        {"PMI_SIZE", "PMI_RANK"},
        {"PMIX_NAMESPACE", "PMIX_RANK"},
        {"PMI_PORT", "PMI_ID"}})
    for (auto [set, missing] : {std::pair(size, rank), {rank, size}})
      EXPECT_EQ(find({{set, "1"}}), std::string(set) + " is set but " +
                                        missing +
                                        " is not, expected both or neither");
  for (const char *sign : {"MPI_LOCALNRANKS", "MPI_LOCALRANKID", "PMI_FD"})
    EXPECT_EQ(find({{sign, "2"}}), std::string(sign) +
                                       " is set but PMI_SIZE is not, expected "
                                       "both or neither");
  EXPECT_EQ(find({{"OMPI_COMM_WORLD_LOCAL_RANK", "1"}}),
            "OMPI_COMM_WORLD_LOCAL_RANK is set but OMPI_COMM_WORLD_SIZE is "
            "not, expected both or neither");
}

TEST(LaunchVariables, ofMpiAreNumbers) {
  for (const char *garbage : {"", "abc", " 1", "+1", "1x", "-1", "0x1", "1.0",
                              "99999999999999999999"}) {
    EXPECT_EQ(find({{"PMI_SIZE", garbage}, {"PMI_RANK", "0"}}),
              "PMI_SIZE is '" + std::string(garbage) +
                  "', expected a number, at least 1");
    EXPECT_EQ(find({{"PMI_SIZE", "4"}, {"PMI_RANK", garbage}}),
              "PMI_RANK is '" + std::string(garbage) +
                  "', expected a number from 0 to 3");
    EXPECT_EQ(find({{"PMIX_RANK", garbage}, {"PMIX_NAMESPACE", "job"}}),
              "PMIX_RANK is '" + std::string(garbage) + "', expected a number");
  }
  EXPECT_EQ(
      find({{"OMPI_COMM_WORLD_SIZE", "2"}, {"OMPI_COMM_WORLD_RANK", "2"}}),
      "OMPI_COMM_WORLD_RANK is '2', expected a number from 0 to 1");
}

TEST(LaunchVariables, ofMpiSayWhetherThereAreSeveralMachines) {
  for (const char *local : {"MPI_LOCALNRANKS", "PMI_LOCAL_SIZE"})
    EXPECT_EQ(find({{"PMI_SIZE", "4"}, {"PMI_RANK", "0"}, {local, "2"}}),
              std::string(local) +
                  " is 2 and PMI_SIZE is 4: the ranks are on several machines, "
                  "expected all on one");
  EXPECT_EQ(find({{"FLUX_JOB_SIZE", "4"},
                  {"FLUX_TASK_RANK", "0"},
                  {"FLUX_JOB_NNODES", "2"}}),
            "FLUX_JOB_NNODES is 2: the ranks are on several machines, expected "
            "all on one");
}

TEST(LaunchVariables, ofTwoLaunchersAgree) {
  EXPECT_EQ(find({{"OMPI_COMM_WORLD_SIZE", "3"},
                  {"OMPI_COMM_WORLD_RANK", "1"},
                  {"PMI_SIZE", "2"},
                  {"PMI_RANK", "1"}}),
            "OMPI_COMM_WORLD_SIZE is 3 but PMI_SIZE is 2, expected the "
            "variables of one launcher, or of two that agree");
  EXPECT_EQ(find(with(torchrunOf2, {{"PMI_SIZE", "2"}, {"PMI_RANK", "0"}})),
            "PMI_RANK is 0 but RANK is 1, expected the variables of one "
            "launcher, or of two that agree");
  // A script may derive torchrun's variables from others, and a launcher that
  // started one process may have started torchrun.
  EXPECT_EQ(find(with(torchrunOf2, {{"PMI_SIZE", "2"}, {"PMI_RANK", "1"}})),
            "rank 1 of 2");
  EXPECT_EQ(find(with(torchrunOf2, {{"PMI_SIZE", "1"}, {"PMI_RANK", "0"}})),
            "rank 1 of 2");
  EXPECT_EQ(
      find(with(torchrunOf2, {{"PMIX_NAMESPACE", "job"}, {"PMIX_RANK", "0"}})),
      "rank 1 of 2");
}

TEST(LaunchVariables, ofTorchrunAreWhole) {
  EXPECT_EQ(find(torchrunOf2), "rank 1 of 2");
  for (auto [name, value] : torchrunOf2) {
    Variables rest = torchrunOf2;
    rest.erase(std::find(rest.begin(), rest.end(), std::pair(name, value)));
    std::string other = strcmp(name, "RANK") ? "RANK" : "WORLD_SIZE";
    EXPECT_EQ(find(rest),
              std::string(name) + " is not set but " + other +
                  " is, expected torchrun's RANK, WORLD_SIZE, MASTER_ADDR and "
                  "MASTER_PORT together, or none of them");
  }
  for (const char *alone : {"RANK", "WORLD_SIZE", "LOCAL_RANK"})
    EXPECT_THAT(find({{alone, "0"}}),
                HasSubstr("is not set but " + std::string(alone) + " is"));
  // Many set these for all that they start.
  EXPECT_EQ(find({{"MASTER_ADDR", "localhost"}, {"MASTER_PORT", "29500"}}),
            "none");
}

TEST(LaunchVariables, ofTorchrunSayWhetherThereAreSeveralMachines) {
  EXPECT_EQ(find(with(torchrunOf2, {{"LOCAL_WORLD_SIZE", "1"}})),
            "LOCAL_WORLD_SIZE is 1 and WORLD_SIZE is 2: the ranks are on "
            "several machines, expected all on one");
  EXPECT_EQ(find(with(torchrunOf2, {{"GROUP_WORLD_SIZE", "2"}})),
            "GROUP_WORLD_SIZE is 2: the ranks are on several machines, "
            "expected all on one");
  EXPECT_EQ(find(with(torchrunOf2,
                      {{"LOCAL_WORLD_SIZE", "2"}, {"GROUP_WORLD_SIZE", "1"}})),
            "rank 1 of 2");
}

const Variables task1Of2 = {{"SLURM_NTASKS", "2"},
                            {"SLURM_PROCID", "1"},
                            {"SLURM_JOB_ID", "7"},
                            {"SLURM_STEP_ID", "0"}};

TEST(LaunchVariables, ofSlurmMakeOneWorldOfAStep) {
  EXPECT_EQ(find(task1Of2), "rank 1 of 2");
  // By srun's default kind of MPI.
  EXPECT_EQ(find(with(task1Of2, {{"PMI_SIZE", "2"}, {"PMI_RANK", "1"}})),
            "rank 1 of 2");
  EXPECT_EQ(
      find(with(task1Of2, {{"PMIX_NAMESPACE", "job"}, {"PMIX_RANK", "1"}})),
      "rank 1 of 2");
  std::vector<std::string> results = runForked(3, [](int rank) {
    setAll({{"SLURM_STEP_NUM_TASKS", "3"},
            {"SLURM_NTASKS", "3"},
            {"SLURM_STEP_ID", "4294967290"},
            {"SLURM_STEP_NUM_NODES", "1"},
            {"SLURM_JOB_NUM_NODES", "2"}});
    setenv("SLURM_JOB_ID", std::to_string(getppid()).c_str(), 1);
    setenv("SLURM_PROCID", std::to_string(rank).c_str(), 1);
    return withEnvironment([](const conorm_bootstrap &bootstrap) {
      return std::string(ScopedContext(bootstrap, 5000).message);
    });
  });
  EXPECT_THAT(results, Each(""));
}

TEST(LaunchVariables, ofSlurmAreRefusedOutsideOfAStep) {
  const char *rest = " is not set, expected a task that srun started; unset "
                     "SLURM_NTASKS in a process that is not one of several";
  Variables variables = {{"SLURM_NTASKS", "2"}};
  for (auto [name, value] : {std::pair("SLURM_PROCID", "0"),
                             {"SLURM_JOB_ID", "7"},
                             {"SLURM_STEP_ID", "0"}}) {
    EXPECT_EQ(find(variables),
              std::string("SLURM_NTASKS is 2 but ") + name + rest);
    variables.push_back({name, value});
  }
  EXPECT_EQ(find(variables), "rank 0 of 2");
  EXPECT_EQ(find({{"SLURM_PROCID", "1"}}),
            "SLURM_PROCID is set but SLURM_NTASKS is not, expected both or "
            "neither");
  EXPECT_EQ(find({{"SLURM_NTASKS", "2"}, {"SLURM_STEP_NUM_TASKS", "3"}}),
            "SLURM_STEP_NUM_TASKS is 3 but SLURM_NTASKS is 2, expected Slurm's "
            "variables to say the same");
  EXPECT_EQ(find({{"SLURM_NTASKS", "many"}}),
            "SLURM_NTASKS is 'many', expected a number, at least 1");
  EXPECT_EQ(find({{"SLURM_NTASKS", "65"},
                  {"SLURM_PROCID", "64"},
                  {"SLURM_JOB_ID", "7"},
                  {"SLURM_STEP_ID", "0"}}),
            "SLURM_NTASKS is 65, expected at most 64");
  for (const char *nodes :
       {"SLURM_STEP_NUM_NODES", "SLURM_NNODES", "SLURM_JOB_NUM_NODES"}) {
    std::string expected = std::string(nodes) +
                           " is 2: the ranks are on several machines, expected "
                           "all on one";
    EXPECT_EQ(find(with(task1Of2, {{nodes, "2"}})), expected);
    // Also where other variables say the same of the ranks.
    EXPECT_EQ(find(with(with(task1Of2, {{nodes, "2"}}), torchrunOf2)),
              expected);
  }
}

TEST(LaunchVariables, ofSlurmLetOneProcessStartRanks) {
  EXPECT_EQ(find({{"SLURM_PROCID", "0"}, {"SLURM_JOB_ID", "7"}}), "none");
  EXPECT_EQ(find({{"SLURM_NTASKS", "1"},
                  {"SLURM_PROCID", "0"},
                  {"SLURM_JOB_ID", "7"},
                  {"SLURM_STEP_ID", "0"},
                  {"PMI_SIZE", "1"},
                  {"PMI_RANK", "0"}}),
            "none");
  // What a batch script is told says nothing about torchrun's ranks.
  EXPECT_EQ(
      find(with(torchrunOf2, {{"SLURM_NTASKS", "8"}, {"SLURM_PROCID", "0"}})),
      "rank 1 of 2");
}

TEST(LaunchVariables, ofATaskAreNotHiddenByAWorldOfOne) {
  EXPECT_EQ(find(with(task1Of2, {{"RANK", "0"},
                                 {"WORLD_SIZE", "1"},
                                 {"MASTER_ADDR", "localhost"},
                                 {"MASTER_PORT", "29500"}})),
            "this process is one of 2 tasks, as SLURM_NTASKS says, but other "
            "variables say that it is alone");
}

/// True if this build has a bootstrap for MPI.
bool haveMpi() {
  return findWithMpi({{"PMI_SIZE", "1"}, {"PMI_RANK", "0"}}) == "rank 0 of 1";
}

TEST(LaunchVariables, haveToBeThoseOfTheMpiThatIsLoaded) {
  if (!haveMpi())
    GTEST_SKIP() << "built without MPI";
  const char *alone = " is 2 but MPI \\(.*\\) says that the world has 1 rank, "
                      "expected a launcher of this MPI";
  for (auto [size, rank] :
       {std::pair("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
        {"MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"},
        {"PMI_SIZE", "PMI_RANK"}})
    for (const char *number : {"0", "1"})
      EXPECT_THAT(findWithMpi({{size, "2"}, {rank, number}}),
                  MatchesRegex(std::string(size) + alone));
  for (auto [rank, other] :
       {std::pair("PMIX_RANK", "PMIX_NAMESPACE"), {"PMI_ID", "PMI_PORT"}})
    EXPECT_THAT(findWithMpi({{rank, "0"}, {other, "job"}}),
                MatchesRegex(std::string(rank) +
                             " is set but MPI \\(.*\\) says that this process "
                             "is alone, expected a launcher of this MPI"));
}

} // namespace
