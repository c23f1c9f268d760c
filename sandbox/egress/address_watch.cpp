#include "sandbox/egress/address_watch.h"

#include <cerrno>

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "sandbox/process/step_error.h"

namespace dynsessions::sandbox {

AddressWatch::AddressWatch()
    : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)) {
  sockaddr_nl group{};
  group.nl_family = AF_NETLINK;
  group.nl_groups = RTMGRP_IPV4_IFADDR;
  const auto* address = reinterpret_cast<const sockaddr*>(&group);
  if (!socket_ || ::bind(socket_.get(), address, sizeof(group)) < 0) {
    throw StepError("egress: watch addresses", errno);
  }
}

bool AddressWatch::changed() const {
  bool any = false;
  char message[4096];  // the content does not matter: all addresses are read again
  for (;;) {
    if (::recv(socket_.get(), message, sizeof(message), 0) >= 0 || errno == ENOBUFS) {
      any = true;
    } else if (errno != EINTR) {
      return any;
    }
  }
}

}  // namespace dynsessions::sandbox
