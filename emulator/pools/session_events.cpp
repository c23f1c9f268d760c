#include "emulator/pools/session_events.h"

namespace dynsessions::pools {

void SessionEventsList::session_allocated(const Session& session) {
  for (const auto& listener : listeners_) listener->session_allocated(session);
}

void SessionEventsList::allocation_failed(const Error& error) {
  for (const auto& listener : listeners_) listener->allocation_failed(error);
}

void SessionEventsList::kernel_ended(const Session& session, execution::Kernel kernel,
                                     const execution::KernelEnd& end) {
  for (const auto& listener : listeners_) listener->kernel_ended(session, kernel, end);
}

void SessionEventsList::session_ended(const Session& session, EndReason reason) {
  for (const auto& listener : listeners_) listener->session_ended(session, reason);
}

void SessionEventsList::allocation_refused(const SessionIdentifier& identifier) {
  for (const auto& listener : listeners_) listener->allocation_refused(identifier);
}

void SessionEventsList::program_started(const Session& session, execution::Kernel kernel) {
  for (const auto& listener : listeners_) listener->program_started(session, kernel);
}

void SessionEventsList::output_written(const Session& session, execution::Kernel kernel,
                                       execution::Stream stream, std::string_view bytes) {
  for (const auto& listener : listeners_) listener->output_written(session, kernel, stream, bytes);
}

void SessionEventsList::program_ended(const Session& session, execution::Kernel kernel,
                                      const execution::ExecutionResult& result) {
  for (const auto& listener : listeners_) listener->program_ended(session, kernel, result);
}

}  // namespace dynsessions::pools
