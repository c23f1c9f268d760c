#include "sandbox/egress/closed_networks.h"

#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/process/step_error.h"

namespace dynsessions::sandbox {
namespace {

/// The session's own network is not closed. No service of the host answers there, since slirp4netns
/// is the gateway and the name server.
constexpr Ipv4Network kInside{0x0A000200, 24};   // 10.0.2.0/24, host byte order
constexpr Ipv4Network kLoopback{0x7F000000, 8};  // 127.0.0.0/8

/// Closed on every host. After the first network come the addresses where clouds keep the
/// credentials of their machines.
constexpr Ipv4Network kAlwaysClosed[] = {
    kLoopback,        {0xA9FE0000, 16},  // 169.254.0.0/16, link-local
    {0xA83F8110, 32},                    // 168.63.129.16, Azure
    {0x646464C8, 32},                    // 100.100.100.200, Alibaba Cloud
    {0xC00000C0, 32},                    // 192.0.0.192, Oracle Cloud
};

std::uint32_t mask_of(std::uint8_t prefix_length) { return ~0U << (32 - prefix_length); }

bool contains(const Ipv4Network& network, std::uint32_t address) {
  return (address & mask_of(network.prefix_length)) == network.address;
}

/// An RTM_NEWROUTE for an unreachable route, and the kernel's answer to it.
struct RouteRequest {
  nlmsghdr header{};
  rtmsg route{};
  rtattr attribute{};
  std::uint32_t destination = 0;
};

RouteRequest unreachable_route(const Ipv4Network& network) {
  RouteRequest request;
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = RTM_NEWROUTE;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  request.route.rtm_family = AF_INET;
  request.route.rtm_dst_len = network.prefix_length;
  request.route.rtm_table = RT_TABLE_MAIN;
  request.route.rtm_protocol = RTPROT_STATIC;
  request.route.rtm_scope = RT_SCOPE_UNIVERSE;
  request.route.rtm_type = RTN_UNREACHABLE;
  request.attribute.rta_type = RTA_DST;
  request.attribute.rta_len = RTA_LENGTH(sizeof(request.destination));
  request.destination = network.address;
  return request;
}

StepResult close_network(int socket, const Ipv4Network& network) {
  const RouteRequest request = unreachable_route(network);
  if (::send(socket, &request, sizeof(request), 0) < 0) return {errno, "ask"};
  struct {
    nlmsghdr header;
    nlmsgerr result;
    char request[sizeof(RouteRequest)];
  } answer{};
  const ssize_t size = ::recv(socket, &answer, sizeof(answer), 0);
  if (size < 0) return {errno, "answer"};
  if (answer.header.nlmsg_type != NLMSG_ERROR) return {EPROTO, "answer"};
  // The host can have one address on two interfaces.
  const int error_number = -answer.result.error;
  return {error_number == EEXIST ? 0 : error_number, "add"};
}

}  // namespace

std::vector<Ipv4Network> closed_networks() {
  std::vector<Ipv4Network> networks;
  for (const auto& [address, prefix_length] : kAlwaysClosed) {
    networks.push_back({htonl(address), prefix_length});
  }
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) < 0) {
    throw StepError("addresses of this host", errno);
  }
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all(first, &::freeifaddrs);
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
    const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
    const std::uint32_t number = ntohl(address->sin_addr.s_addr);
    if (contains(kInside, number) || contains(kLoopback, number)) continue;
    networks.push_back({address->sin_addr.s_addr, 32});
  }
  return networks;
}

StepResult close_networks(std::span<const Ipv4Network> networks) {
  if (networks.empty()) return {};
  const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (socket < 0) return {errno, "socket"};
  StepResult result;
  for (const Ipv4Network& network : networks) {
    result = close_network(socket, network);
    if (!result.ok()) break;
  }
  ::close(socket);
  return result;
}

}  // namespace dynsessions::sandbox
