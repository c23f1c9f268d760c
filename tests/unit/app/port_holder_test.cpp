#include "emulator/app/port_holder.h"

#include <fstream>
#include <optional>

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

using boost::asio::ip::tcp;

TEST_CASE("the sockets that listen on a port are found in the kernel's table", "[app]") {
  constexpr const char* kTable =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 0100007F:1B9E 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "4711 1 0000000000000000 100 0 0 10 0\n"
      "   1: 0100007F:1B9E 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 "
      "4712 1 0000000000000000 100 0 0 10 0\n"
      "   2: 0100007F:1B9F 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "4713 1 0000000000000000 100 0 0 10 0\n"
      "a line that is cut\n";
  CHECK(listening_inodes(kTable, 7070) == std::set<std::string>{"4711"});
  CHECK(listening_inodes(kTable, 7071) == std::set<std::string>{"4713"});
  CHECK(listening_inodes(kTable, 80).empty());
  CHECK(listening_inodes("", 80).empty());
}

TEST_CASE("the holder of a port is named by its program and its process id", "[app]") {
  boost::asio::io_context loop;
  const bool v6 = GENERATE(false, true);
  const auto address =
      v6 ? boost::asio::ip::make_address("::1") : boost::asio::ip::make_address("127.0.0.1");
  std::optional<tcp::acceptor> listener;
  listener.emplace(loop, tcp::endpoint(address, 0));
  const std::uint16_t port = listener->local_endpoint().port();
  std::string own_name;
  std::getline(std::ifstream("/proc/self/comm"), own_name);
  CHECK(holder_of_port(port) == own_name + " (process " + std::to_string(::getpid()) + ")");
  listener.reset();
  CHECK(holder_of_port(port).empty());
}

}  // namespace
}  // namespace dynsessions
