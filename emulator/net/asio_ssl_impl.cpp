// The one translation unit that holds Asio's compiled TLS part (BOOST_ASIO_SEPARATE_COMPILATION).
#include <boost/asio/ssl/impl/src.hpp>
