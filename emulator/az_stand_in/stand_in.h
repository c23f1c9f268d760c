#pragma once

#include <span>
#include <string>

#include "emulator/az_stand_in/account.h"

/// `dynsessions az`, which the script `az` in az-stand-in/ calls: the commands of the Azure CLI
/// with which credentials get a token (api-spec/CLIENTS.md section 4.5), without a login.
namespace dynsessions::az_stand_in {

struct Outcome {
  int exit_code = 0;
  std::string output;
  std::string errors;
};

/// Answers a command line, given as the words after `az`. Everything but `account get-access-token`
/// and `account show` is refused with a sentence that names this program.
[[nodiscard]] Outcome answer(std::span<const std::string> words, const Environment& environment,
                             const RequestToken& request_token);

/// The help of `dynsessions az`.
[[nodiscard]] std::string help();

}  // namespace dynsessions::az_stand_in
