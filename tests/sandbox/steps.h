#pragma once

#include <string>

#include "tests/support/launcher_harness.h"

/// The first steps of most tests of this directory. A step that fails fails the test.
namespace dynsessions::sandbox::test {

/// Makes a sandbox and returns the descriptor of its data directory.
UniqueFd create(LauncherHarness& launcher, std::uint64_t sandbox = 1);

Interpreter start(LauncherHarness& launcher, std::uint64_t sandbox = 1, std::uint32_t id = 0);

/// Starts an interpreter with a program that prints "running" and continues, and waits for that
/// line.
Interpreter start_running(LauncherHarness& launcher, const std::string& program,
                          std::uint64_t sandbox = 1, std::uint32_t id = 0);

/// The same with the program that never exits and has a child in another process session.
Interpreter start_staying(LauncherHarness& launcher, std::uint64_t sandbox = 1,
                          std::uint32_t id = 0);

/// Returns once the zygote, if this run has one, has loaded. Uses sandbox 99.
void await_zygote(LauncherHarness& launcher);

void require_failed(const Received<Reply>& reply, const std::string& step, int error_number);

}  // namespace dynsessions::sandbox::test
