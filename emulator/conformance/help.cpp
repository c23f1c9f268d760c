#include "emulator/conformance/conform.h"

namespace dynsessions::conformance {
namespace {

/// A test limits it to one screen: thirty lines.
constexpr const char* kHelp =
    R"(Sends the conformance cases of api-spec/cases and reports each answer that differs.

Usage: dynsessions conform [OPTIONS]

  --endpoint URL         pool management endpoint; default: an emulator started for the run
  --arm URL              Azure Resource Manager: run the cases of the control plane there
  --subscription ID      subscription at --arm; a resource group is made in it, and deleted
  --token-command CMD    shell command that prints a bearer token; the token is never printed
  --plan                 print the plan of the run; send nothing
  --yes                  agree to the plan of a run against an endpoint
  --checkpoint FILE      keep the progress here; the same command continues after an interruption
  --max-sessions N       most sessions to open; default 50 for an endpoint
  --max-requests N       most requests to send; default 2000 for an endpoint
  --max-minutes N        start no case after this time; default 60 for an endpoint
  --cases PATH           directory of cases, or one file; default: api-spec/cases of this project
  --list                 print id, evidence and title of the chosen cases; send nothing
  --filter GLOB          run only cases with such ids, for example 'files.*@2025-10-02-preview'
  --slow                 also run cases that wait for minutes or move 128 MB
  --junit FILE           write a report as JUnit XML
  --json FILE            write a report as JSON
  --markdown FILE        write a report as Markdown, for a job summary
  --html FILE            write a report as one page that shows expected and received answers
  --deviations FILE      write DEVIATIONS.md from the cases; send nothing
  --counts               print the number of cases for each level of evidence; send nothing

Example: dynsessions conform --endpoint "$POOL" --plan --token-command 'az account
  get-access-token --resource https://dynamicsessions.io --query accessToken -o tsv'
Reports contain no tokens, guids, mail addresses, nor the endpoint's host and names.
Exit codes: 0 no unexpected difference; 1 unexpected difference; 2 wrong usage or unusable case;
3 no answer or refused token; 4 budget used up; 130 interrupted, with reports of what was run
)";

}  // namespace

std::string conform_help() { return kHelp; }

}  // namespace dynsessions::conformance
