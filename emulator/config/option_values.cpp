#include "emulator/config/option_values.h"

#include <boost/asio/ip/address.hpp>

namespace dynsessions::config {

bool is_address(std::string_view text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return !error;
}

}  // namespace dynsessions::config
