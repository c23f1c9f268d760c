#include "emulator/conformance/conform.h"

namespace dynsessions::conformance {
namespace {

constexpr const char* kHelp =
    R"(Runs the conformance cases of api-spec/cases and reports where answers differ.

Usage:
  dynsessions conform [OPTIONS]

Examples:
  dynsessions conform                              the emulator, started for this
  dynsessions conform --filter 'execute.*'         some cases
  dynsessions conform --endpoint "$POOL" --plan    what a run against a pool would cost
  dynsessions conform --endpoint "$POOL" --yes --max-sessions 20 \
    --token-command 'az account get-access-token --resource https://dynamicsessions.io \
                     --query accessToken -o tsv'

Target:
  --endpoint URL         pool management endpoint; default: the emulator itself
  --token-command CMD    shell command that prints a bearer token; the token is never printed
  --yes                  agree to the plan that is printed for an endpoint
  --plan                 print the plan and do nothing
  --checkpoint FILE      keep what is done in it; the same command goes on from there after an
                         interruption or a used-up budget; removed when nothing is left
  --max-sessions N       at most this many sessions; default 50 for an endpoint
  --max-requests N       at most this many requests; default 2000 for an endpoint
  --max-minutes N        begin no case after this time; default 60 for an endpoint

Cases:
  --cases DIR            directory of cases; default: api-spec/cases beside the program
  --filter GLOB          only the cases whose id is like it, such as 'files.*@2025-10-02-preview'
  --slow                 run slow cases too: they wait minutes for a limit, or move 128 MB

Reports:
  --junit FILE           JUnit XML
  --json FILE            JSON
  --markdown FILE        Markdown, for a job summary
  --html FILE            one page, with what was expected beside what came
  --deviations FILE      write DEVIATIONS.md from the cases and run nothing
  --counts               print how many cases rest on what and run nothing

Tokens, guids, mail addresses, the endpoint's host and the names in its path are taken out of
every report.

Exit codes:
  0    every case as expected, or known to differ
  1    an unexpected difference
  2    wrong usage, or a case that cannot be used
  3    no answer, or the token was refused
  4    no difference, but the budget was used up
  130  interrupted: sessions were deleted, the reports are of what was run
)";

}  // namespace

std::string conform_help() { return kHelp; }

}  // namespace dynsessions::conformance
